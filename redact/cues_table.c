/* redact/cues_table.c - see cues.h. Written by us, from common knowledge of forms and letters.
 * Lower case, as the language writes it, and without accents where people leave them out. A label
 * of more than one word is written out only when its last word alone would not say the same. */
#include "proxy/base/base.h"
#include "redact/cues.h"

/* clang-format off */
static const struct cue_row rows[] = {
    /* parts of a name, and people who are surely persons */
    {CUE_PART, "first name|last name|full name|given name|given names|family name|middle name|maiden name|surname|forename|firstname|lastname|fullname|account holder|"
               "cardholder|card holder|cardholder name|policyholder|account name|beneficiary name|contact name|patient name|customer name|employee name|"
               "client name|guest name|passenger name|recipient name|sender name|student name|applicant name|name of applicant|contact person|next of kin"},
    {CUE_PART, "vorname|nachname|familienname|zuname|vornamen|geburtsname|rufname|kontoinhaber|kontoinhaberin|kontoinhabers|karteninhaber|versicherungsnehmer|ansprechpartner|"
               "ansprechpartnerin|kundenname|patientenname|inhaber|name des kunden|name des patienten|vor- und nachname|sachbearbeiter|sachbearbeiterin|bearbeiter|"
               "unterzeichner|antragsteller|antragstellerin"},
    {CUE_PART, "prénom|prenom|prénoms|prenoms|nom de famille|nom complet|nom et prénom|nom du client|nom du titulaire|titulaire|titulaire du compte|bénéficiaire|"
               "nom de naissance|nom du patient|interlocuteur|destinataire|expéditeur|signataire"},
    {CUE_PART, "apellido|apellidos|nombre completo|nombre y apellidos|primer apellido|segundo apellido|titular|nombre del cliente|nombre del titular|"
               "nombre del paciente|beneficiario|destinatario|remitente|persona de contacto|firmante"},
    {CUE_PART, "cognome|cognomi|nominativo|intestatario|intestataria|nome e cognome|nome completo|nome del cliente|mittente|referente|beneficiaria|firmatario"},
    {CUE_PART, "sobrenome|apelido|nome do cliente|nome do titular|nome do paciente|destinatário|remetente|beneficiário|nome da mãe|nome do pai"},
    {CUE_PART, "voornaam|achternaam|familienaam|roepnaam|volledige naam|rekeninghouder|kaarthouder|contactpersoon|ontvanger|afzender|naam klant|klantnaam|geboortenaam"},
    {CUE_PART, "imię|imie|imiona|nazwisko|imię i nazwisko|nazwisko panieńskie|właściciel konta|posiadacz rachunku|odbiorca|nadawca|osoba kontaktowa"},
    {CUE_PART, "soyad|soyadı|soyisim|ad soyad|adı soyadı|adınız soyadınız|hesap sahibi|kart sahibi|alıcı adı|yetkili kişi|müşteri adı|hasta adı"},
    {CUE_PART, "фио|ф и о|фамилия|отчество|получатель|отправитель|владелец счета|владелец счёта|контактное лицо|заявитель|пациент|плательщик|имя и фамилия|фамилия и имя"},
    {CUE_PART, "прізвище|піб|ім'я|по батькові|förnamn|efternamn|etternavn|fornavn|efternavn|etunimi|sukunimi|jméno a příjmení|příjmení|vezetéknév|keresztnév|prenume|"
               "اللقب|الاسم الكامل|اسم العميل|اسم المريض|الاسم الأول|اسم العائلة|اسم المستلم|الاسم واللقب|שם פרטי|שם משפחה|שם מלא|ชื่อ นามสกุล|นามสกุล|पूरा नाम|उपनाम|họ tên|họ và tên|nama lengkap|nama depan|ονοματεπώνυμο|επώνυμο|نام خانوادگی|ime i prezime|prezime|meno a priezvisko|priezvisko|nume și prenume|фамилия имя отчество"},
    {CUE_PART, "姓名|真实姓名|收件人姓名|客户姓名|患者姓名|户名|氏名|お名前|ご氏名|名義人|口座名義|フリガナ|ふりがな|患者名|お客様名|担当者名|성명|성함|예금주|고객명|환자명"},
    {CUE_ROLE, "联系人|收件人|收货人|寄件人|发件人|发送人|差出人|宛先|送信者|持卡人|申请人|经办人|负责人|投保人|被保险人|患者|客户|担当者|担当|契約者|受取人|宛名|申込者|連絡先|送り主|담당자|수령인|받는사람|받는분|받는 사람|보낸 사람|보내는 사람|발신자|수신자|보내는사람|계약자|신청자|환자"},
    {CUE_NAME, "名字|名前|이름|姓|名"},
    {CUE_ADDRESS, "地址|住址|收货地址|收件地址|通讯地址|联系地址|家庭住址|家庭地址|户籍地址|详细地址|居住地|住所|お届け先|送付先|所在地|本籍|ご住所|現住所|주소|배송지|거주지|도로명주소|집주소|배송주소"},
    {CUE_PLACE, "城市|出生地|都市|市区町村|도시|출생지"},
    {CUE_COMPANY, "公司|公司名称|单位|工作单位|企业名称|会社名|会社|勤務先|社名|회사|회사명|직장|근무처"},
    /* names of anything */
    {CUE_NAME, "name|names|nom|noms|nombre|nombres|nome|nomi|nomes|naam|имя|ім’я|isim|adı|adınız|ismi|namn|navn|nimi|jméno|név|nume|όνομα|الاسم|اسم|שם|ชื่อ|नाम|tên|nama|ime|meno|vardas|nimi"},
    /* whoever it is, a person or a firm */
    {CUE_ROLE, "customer|client|patient|employee|contact|attendee|attendees|assignee|reporter|author|owner|applicant|tenant|passenger|guest|beneficiary|signatory|signed by|"
               "prepared by|approved by|reviewed by|submitted by|caller|recipient|sender|attn|payee|insured|claimant|manager|supervisor|doctor|physician"},
    {CUE_ROLE, "kunde|kundin|patientin|mitarbeiter|mitarbeiterin|empfänger|absender|mieter|mieterin|auftraggeber|teilnehmer|verfasser|z hd|kontakt|arzt|betreuer|leiter"},
    {CUE_ROLE, "cliente|paciente|empleado|contacto|destinataria|patiente|cliente|locataire|auteur|salarié|paziente|dipendente|contatto|inquilino|klant|patiënt|medewerker|huurder|"
               "klient|klientka|pacjent|pacjentka|pracownik|kontakt|müşteri|hasta|çalışan|alıcı|gönderen|клиент|сотрудник|контакт|автор|заказчик|العميل|المريض|المستلم|المرسل"},
    /* addresses */
    {CUE_ADDRESS, "address|addresses|street address|home address|billing address|shipping address|mailing address|delivery address|address line|addr|ship to|bill to|deliver to"},
    {CUE_ADDRESS, "adresse|anschrift|wohnanschrift|lieferadresse|rechnungsadresse|lieferanschrift|rechnungsanschrift|postanschrift|wohnadresse|meldeadresse|firmenadresse|wohnhaft|wohnort|straße|strasse"},
    {CUE_ADDRESS, "adresse postale|adresse de livraison|adresse de facturation|domicile|dirección|direccion|domicilio|domicilio fiscal|indirizzo|residenza|"
                  "endereço|endereco|morada|logradouro|adres|woonadres|bezorgadres|factuuradres|postadres|afleveradres|adres zamieszkania|adres dostawy"},
    {CUE_ADDRESS, "teslimat adresi|fatura adresi|adresi|adresiniz|адрес|адрес доставки|место жительства|адрес регистрации|адреса|osoite|adress|bostadsadress|cím|adresa|العنوان|عنوان|عنوان السكن|διεύθυνση"},
    {CUE_ADDRESS | CUE_INTRO, "lives at|resides at|residing at|wohnhaft in|domicilié au|demeurant au|demeurant|domiciliado en|residente en|residente in|abita in|residente em|"
                              "zamieszkały przy|zamieszkała przy|zamieszkały|zamieszkała|адресу|адресом|зарегистрирован по адресу"},
    /* towns */
    {CUE_PLACE, "city|town|birthplace|place of birth|city of birth|ort|stadt|geburtsort|ville|lieu de naissance|ciudad|localidad|población|lugar de nacimiento|città|citta|comune|luogo di nascita|"
                "cidade|município|naturalidade|plaats|woonplaats|stad|geboorteplaats|miasto|miejscowość|miejsce urodzenia|şehir|sehir|doğum yeri|город|место рождения|населенный пункт|المدينة|місто"},
    /* firms */
    {CUE_COMPANY, "company|company name|employer|organization|organisation|organization name|business name|vendor name|firma|firmenname|unternehmen|arbeitgeber|société|entreprise|employeur|raison sociale|"
                  "empresa|razón social|empleador|azienda|ragione sociale|società|datore di lavoro|razão social|empregador|bedrijf|bedrijfsnaam|werkgever|nazwa firmy|pracodawca|"
                  "şirket|şirket adı|firma adı|işveren|компания|организация|работодатель|наименование организации|الشركة|اسم الشركة|företag"},
    /* before a name */
    {CUE_TITLE, "mr|mrs|ms|mx|herr|herrn|frau|fräulein|dr|prof|dipl|monsieur|madame|mademoiselle|mme|mlle|maître|docteur|señor|señora|señorita|sr|sra|srta|doña|"
                "signor|signore|signora|signorina|sig|sig ra|sig na|dott|dott ssa|dottor|dottoressa|avv|senhor|senhora|dra|doutor|doutora|dhr|mevr|mevrouw|mw|heer|meneer|"
                "pani|panie|panem|panią|mgr|inż|bayan|sayın|г н|г жа|гр|господин|госпожа|господина|господину|госпожи|госпоже|товарищ|пан|пані|"
                "fru|herra|rouva|"
                "السيد|السيدة|الدكتور|الدكتورة|الأستاذ|الأستاذة|الشيخ|المهندس|الآنسة"},
    {CUE_BEHIND, "bey|hanım|hanim|beyefendi|hanımefendi|beyin|hanımın|beyle|hanımla|beye|hanıma"},
    {CUE_GREETING, "sehr geehrte|sehr geehrter|liebe|lieber|werte|werter|hallo|guten tag|cher|chère|chere|bonjour|bonsoir|estimado|estimada|querido|querida|apreciado|apreciada|hola|"
                   "gentile|gentilissimo|gentilissima|egregio|egregia|caro|cara|ciao|prezado|prezada|estimado|olá|geachte|beste|dag|lieve|szanowny|szanowna|drogi|droga|cześć|sayın|sevgili|merhaba|"
                   "уважаемый|уважаемая|дорогой|дорогая|здравствуйте|привет|шановний|шановна|hej|hei|kære|kjære|dear|hello|hi|hey"},
    {CUE_CLOSING, "grüße|grüßen|grüssen|grüsse|gruß|gruss|hochachtungsvoll|cordialement|salutations|bien à vous|amicalement|saludos|saludo|atentamente|cordialmente|abrazo|saluti|"
                  "distinti saluti|atenciosamente|cumprimentos|abraço|groet|groeten|hoogachtend|pozdrawiam|poważaniem|pozdrowienia|saygılarımla|saygılar|sevgiler|уважением|благодарностью|"
                  "hälsningar|hilsen|terveisin|敬礼|敬具|敬上|谨上|草々|regards|sincerely|cheers|yours truly|تحياتي"},
    {CUE_INTRO, "ich heiße|ich heisse|mein name ist|ich bin die|ich bin der|je m'appelle|mon nom est|me llamo|mi nombre es|mi chiamo|mio nome è|meu nome é|me chamo|chamo me|ik heet|mijn naam is|"
                "nazywam się|mam na imię|jestem pan|benim adım|меня зовут|мене звати|jag heter|mitt namn är|jeg heter|jeg hedder|nimeni on|jmenuji se|mă numesc|a nevem|اسمي|my name is|his name is|her name is|sein name ist|ihr name ist|его зовут|её зовут|ее зовут|שמי|קוראים לי|ผมชื่อ|ดิฉันชื่อ|ฉันชื่อ|หนูชื่อ|मेरा नाम|tôi tên là|tên tôi là|nama saya|με λένε|ονομάζομαι|نام من|ime mi je|zovem se|volám se|volám sa|esu|mano vardas|mani sauc|minu nimi on"},
    {CUE_INTRO | CUE_CALL, "aqui é a|aqui é o|aqui fala|quem fala é|aquí habla|aquí está|le habla|te habla|le saluda|hier spricht|hier ist|ici|soy|sono|tu|mówi|z tej strony|spreekt u met|du taler med|täällä|это|говорит|this is|speaking with"},
    /* no names: what stands in forms instead of one, and whom letters are written to that have no name */
    {CUE_NOT, "team|support|queue|service|services|department|pipeline|platform|group|desk|office|system|server|admin|administrator|user|users|customer|customers|sir|madam|sirs|all|everyone|everybody|colleagues|"
              "required|optional|unknown|none|null|true|false|yes|no|n a|tbd|todo|pending|default|anonymous|guest|world|example|sample|test|string|text|value|field|button|input|label|title|page|file|folder|project|build|release|"
              "version|type|status|date|time|number|id|code|key|token|model|data|list|item|items|table|column|row|order|invoice|product|price|total|report|summary|settings|account|password|language|english|german|french|spanish|"
              "italian|chinese|japanese|korean|russian|arabic|hiring|manager|committee|human|resources|sales|marketing|engineering|security|network|database|api|url|app|application|company|section|chapter|figure|introduction|see|enter|please|the|this|that|my|your|our|his|her|if|for|with|and|or|not|new|"
              "name|names|email|phone|mobile|fax|tel|address|city|country|state|zip|subject|from|to|cc|bcc|re|sent|website|web|online|github|google|microsoft|openai|chatgpt|claude|assistant|ai|bot|llm|gpt|person|persons|organization|organisation|location|address|string|integer|object|there|yes|"
              "driver|license|licence|passport|username|login|host|role|gender|nationality|occupation|signature|employee|employer|landlord|seller|buyer|vendor|supplier|carrier|nurse|surgeon|therapist|pharmacist|physician|doctor|attorney|plaintiff|defendant|officer|accountant|"
              "accounting|finance|logistics|procurement|purchasing|operations|compliance|legal|payroll|reception|warehouse|dispatch|helpdesk|billing|benefits|recruiting|treasury|diagnosis|medication|allergies|symptoms|prescription|salary|contract|appendix|exhibit|annex|schedule|discussion|methods|results|conclusion|conclusions|references|abstract|acknowledgements|overview|background|male|female|yo|appendices|glossary|bibliography|preface|prologue|epilogue|foreword|accounts|payable|receivable|buongiorno|buonasera|goedemiddag|goedemorgen|goedenavond|allô|moikka|terve|günaydın"},
    {CUE_NOT, "damen|herren|herr|frau|kollegen|kolleginnen|kollege|kunde|kunden|kundin|kundinnen|gast|gäste|leser|leserinnen|freunde|eltern|familie|mitglied|mitglieder|nutzer|nutzerin|benutzer|alle|zusammen|welt|"
              "pflichtfeld|optional|unbekannt|keine|keiner|bitte|siehe|leer|beispiel|muster|wert|feld|datei|ordner|projekt|abteilung|vertrag|rechnung|bericht|anlage|firma|unternehmen|straße|ort|stadt|telefon|handy|nummer|datum|uhr|"
              "minister|ministerin|doktor|professor|direktor|präsident|kanzler|kanzlerin|lehrer|lehrerin|richter|richterin|nachbar|nachbarin|mutter|vater|und|oder|der|die|das|ein|eine|im|in|am|ich|sie|wir|ihr|er|es|mein|meine|dein|ihre|ihren|ihrem|unser|unsere|wenn|als|für|mit|von|aus|bei|nach|auf|was|wie|wer|wo|warum|hier|dort|dies|diese|dieser|dieses|jeder|jede|viel|viele|danke|gern|gerne|ja|nein|nicht|nur|auch|aber|leiter|leitung|geschäftsführung|personalabteilung|kundenservice|hauptmenü|einstellungen|"
              "kennwort|passwort|benutzername|rolle|sachbearbeitung|buchhaltung|vertrieb|einkauf|verwaltung|rechtsabteilung|lohnbuchhaltung|empfang|lager|versand|poststelle|sekretariat|vorstand|betriebsrat|hausverwaltung|mieter|vermieter|käufer|verkäufer|arbeitnehmer|arbeitgeber|zeuge|diagnose|befund|anamnese|medikation|gehalt|gutschrift|mahnung|lieferschein|auftrag|angebot|beruf|geschlecht|staatsangehörigkeit|unterschrift"},
    {CUE_NOT, "client|cliente|clients|clientes|clienti|collègues|collègue|amis|ami|amie|équipe|messieurs|mesdames|madame|monsieur|directeur|directrice|président|présidente|maire|ministre|tous|toutes|utilisateur|lecteur|lecteurs|inconnu|"
              "obligatoire|facultatif|aucun|aucune|voir|vide|exemple|fichier|le|la|les|un|une|des|du|de|et|ou|en|je|tu|il|elle|nous|vous|ils|elles|ce|cet|cette|mon|ma|mes|votre|vos|notre|nos|pour|avec|sans|dans|sur|si|qui|que|quoi|où|comment|pourquoi|merci|oui|non|ville|pays|prénom|nom|adresse|téléphone|courriel|société|entreprise|bonjour|tout|toute|monde|chaque|à|au|aux|suite|objet|numéro"},
    {CUE_NOT, "señor|señora|señores|equipo|amigo|amigos|amiga|compañeros|usuario|usuarios|usuaria|lector|director|directora|presidente|ministro|obligatorio|opcional|desconocido|ninguno|ninguna|ver|vacío|ejemplo|archivo|el|los|las|una|y|o|con|por|para|sin|mi|tu|su|sus|nuestro|vuestro|este|esta|esto|ese|esa|si|sí|que|qué|quién|como|cómo|dónde|gracias|todo|todos|toda|todas|mundo|buenos|buenas|días|tardes|ciudad|país|nombre|apellidos|dirección|teléfono|correo|empresa|hoy|ayer|ahora|aquí|pero|muy|más|no|"
              "signori|signore|colleghi|amici|utente|utenti|lettore|direttore|obbligatorio|facoltativo|sconosciuto|nessuno|nessuna|vedi|vuoto|esempio|file|lo|gli|i|di|e|con|per|senza|mio|mia|tuo|tua|vostro|nostro|questo|questa|che|chi|cosa|dove|come|perché|grazie|tutti|tutte|tutto|mondo|città|paese|nome|cognome|indirizzo|telefono|azienda|oggi|ieri|qui|ma|molto|più|sì|"
              "senhores|senhor|senhora|amigos|colegas|equipe|usuário|usuários|leitor|diretor|obrigatório|opcional|desconhecido|nenhum|nenhuma|vazio|exemplo|arquivo|os|as|um|uma|com|em|no|na|nos|nas|meu|minha|seu|sua|nosso|isto|isso|este|quem|qual|onde|obrigado|obrigada|tudo|cidade|endereço|telefone|hoje|ontem|aqui|mas|muito|mais|não|sim|bom|boa|dia|tarde|noite"},
    {CUE_NOT, "klant|klanten|collega|collega's|vrienden|vriend|team|gebruiker|lezer|heren|dames|directeur|verplicht|optioneel|onbekend|geen|zie|leeg|voorbeeld|bestand|het|een|de|en|of|ik|jij|hij|zij|wij|jullie|u|uw|mijn|jouw|onze|deze|dit|dat|wie|wat|waar|hoe|waarom|bedankt|dank|allemaal|iedereen|wereld|naam|achternaam|voornaam|adres|plaats|bedrijf|vandaag|gisteren|hier|maar|niet|ja|nee|"
              "klient|klienci|kliencie|państwo|państwa|koledzy|użytkownik|użytkowniku|czytelniku|dyrektor|dyrektorze|prezesie|prezes|doktorze|profesorze|redaktorze|wymagane|opcjonalne|nieznany|brak|patrz|przykład|plik|w|z|i|a|o|na|do|od|po|nie|tak|ja|ty|on|ona|my|wy|mój|moja|nasz|ten|ta|to|kto|co|gdzie|jak|dlaczego|dziękuję|wszyscy|świat|imię|nazwisko|adres|miasto|firma|dziś|wczoraj|tutaj|ale|się|jest|że|bóg|"
              "müşterimiz|müşteri|müşterilerimiz|yetkili|ilgili|kullanıcı|kullanıcımız|arkadaşlar|arkadaşım|herkese|herkes|okuyucu|müdürüm|müdür|hocam|başkan|bakan|zorunlu|isteğe|bilinmiyor|yok|boş|örnek|dosya|ve|veya|bir|bu|şu|o|ben|sen|biz|siz|onlar|benim|senin|ne|nasıl|neden|nerede|teşekkürler|dünya|ad|soyad|isim|adres|şehir|şirket|bugün|dün|ama|evet|hayır|değil|üye|üyemiz|abone"},
    {CUE_NOT, "клиент|клиенты|коллеги|коллега|друзья|друг|команда|пользователь|пользователи|читатель|директор|президент|министр|доктор|профессор|обязательно|необязательно|неизвестно|нет|не|да|пример|файл|файла|и|или|в|во|на|с|со|к|по|для|от|из|за|о|об|что|кто|как|где|когда|почему|это|этот|эта|эти|я|ты|он|она|мы|вы|они|мой|моя|ваш|ваша|ваше|наш|наша|наше|спасибо|всем|все|мир|имя|фамилия|отчество|адрес|город|компания|сегодня|вчера|здесь|но|если|отдел|система|договор|приказ|отчёт|отчет|господа|дамы|абонент|заказчик|партнёры|партнеры|указан|пользователя"},
    {CUE_NOT, "مطلوب|افتراضي|اختياري|غير|معروف|لا|يوجد|مثال|ملف|العميل|العملاء|المستخدم|الزملاء|هو|هي|في|من|على|إلى|عن|مع|هذا|هذه|الكرام|المحترم|المحترمة|والسادة|المحترمون|رئيس|وزير|المدير"},
    /* labels of numbers, of mail and of the net */
    {CUE_ID, "imei|imsi|iccid|iban|bic|swift|bban|ssn|nino|npi|dea|mbi|ein|itin|tin|nin|sin|pps|vat|eori|lei|isin|pan|cvv|cvc|pin|puk|otp|vin|ip|url|uri|uuid|guid|imap|smtp|http|https|dns|json|xml|csv|yaml|html|pdf|sql|api|sdk|cpf|cnpj|rg|cep|curp|rfc|nif|nie|dni|cif|nss|siret|siren|nir|insee|pesel|regon|nip|krs|kvk|bsn|btw|tckn|vkn|inn|snils|aadhaar|gstin|ifsc|ustid|ust|hrb|hra|steuer|steuernummer|steuerid|"
             "passport|reisepass|passnummer|ausweis|ausweisnummer|personalausweis|durchwahl|telefon|telefonnummer|handynummer|rufnummer|kundennummer|vertragsnummer|rechnungsnummer|bestellnummer|kontonummer|bankleitzahl|blz|teléfono|téléphone|telefono|telefone|telefoon|telefoonnummer|tel|fax|ext|phone|mobile|extension|passeport|pasaporte|passaporto|passaporte|paspoort|paszport|pasaport|"
             "паспорт|паспорта|инн|снилс|кпп|огрн|огрнип|бик|омс|птс|телефон|тел|факс|моб|р с|к с|счет|счёт|серия|полис|водительское|e mail|email|mail|"
             "nik|ktp|vitale|versicherten|kimlik|tc|mrn|icd|cpt|loinc|bp|hr|wbc|rbc|hb|plt|bmi|spo2|inr|nhs|nhi|hkid|nric|cnic|bvn|uen|abn|acn|tfn|oib|egn|cnp|amka|afm|pesel|hetu|seat|terminal|bin|shelf|slot|batch"},
    /* parts of an address */
    {CUE_STREET, "ул|улица|улице|улицы|пр|просп|проспект|проспекте|пр т|пер|переулок|пл|площадь|бульвар|бул|б р|шоссе|ш|наб|набережная|проезд|мкр|микрорайон|д|дом|кв|квартира|корп|корпус|стр|строение|оф|офис|подъезд|этаж|г|город|гор|пос|посёлок|поселок|с|село|дер|деревня|обл|область|край|респ|район|р н|вул|"
                 "شارع|طريق|حي|عمارة|شقة|مبنى|برج|ميدان|"
                 "apto|apt|bloco|andar|piso|puerta|esc|escalera|interno|int|scala|lok|mieszkanie|m|daire|kat|no|d|k|apartmanı|apt|mah|mahallesi|sok|sokak|sokağı|cad|cad|caddesi|cd|bulvarı|blv|bina|site|sitesi|"
                 "bis|ter|quater|bât|bat|bâtiment|appt|étage|etage|résidence|cedex|nº|núm|num|n|bus|boîte|bte|hs|hinterhaus|og|eg|stock|c o|flat|floor|suite|unit|po box"},
};
/* clang-format on */

const struct cue_row *cue_row_at(size_t i)
{
    return i < GW_COUNT(rows) ? &rows[i] : NULL;
}
