/* tests/unit/test_claim.c - names that a text itself points at, in many languages, and what looks
 * like such a place and is none. Names are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "redact/claim.h"
#include "redact/cues.h"
#include "redact/who.h"

static struct arena *arena;
static struct model model;

static int set_up(void **state)
{
    struct cues *cues;
    (void)state;
    arena = arena_new(1 << 20);
    if (arena == NULL || !gw_ok(model_open(model_built_in(), &model)) ||
        !gw_ok(cues_new(arena, &cues)))
        return -1;
    model.cues = cues;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

struct seen {
    const char *text;
    char got[2000];
};

static gw_result note(void *seen, const struct name *n)
{
    static const char kinds[] = "PLOANZ";
    struct seen *s = seen;
    size_t at = strlen(s->got);
    assert_true(n->end > n->start && n->kind < NAME_KINDS && n->score <= 1000);
    if (n->score >= 500)
        snprintf(s->got + at, sizeof s->got - at, "%c:%.*s;", kinds[n->kind],
                 (int)(n->end - n->start), s->text + n->start);
    return gw_is(GW_OK);
}

static struct seen find(const char *text, const char *key)
{
    struct seen s = {.text = text};
    size_t range[2] = {0, strlen(text)};
    assert_true(gw_ok(who_find(&model, slice_str(text), slice_str(key), range, note, &s)));
    return s;
}

static void nothing_is_claimed_in(void **state)
{
    static const char *const texts[] = {
        "Name: Pflichtfeld\nVorname: bitte ausfüllen\nAdresse: bitte angeben",
        "Der Name: ein Schlüssel zur Identität. Adresse: siehe unten.",
        "{\"ad\": \"Anzeige\", \"name\": \"build\", \"city\": \"default\"}",
        "full_name: PERSON\ncity: CITY\ncompany: COMPANY",
        "Nom du fichier : rapport.pdf\nPrénom : à compléter",
        "Nombre del producto: Cafetera Premium",
        "{\"name\": \"get_weather\", \"author\": \"Core Team\", \"city\": \"string\"}",
        "请先生和女士们注意，谢谢先生。高级女士",
        "Kunde;Strasse;Ort",
        "Es war das Caro Gewebe, sonst nichts.",
        "주소: 아직알수없음",
        "\tName string `json:\"name\"`\n\tVersionText string `json:\"versionText\"`\n",
        "Sehr geehrte Damen und Herren,\nvielen Dank.",
        "Liebe Kollegen,\nanbei der Bericht.",
        "Der beste Weg, etwas zu lernen.",
        "Szanowni Państwo, Sayın Müşterimiz, Уважаемые коллеги!",
        "Паспорт 45 08 123456, ИНН 500100732259",
        "Имя файла: отчёт\nАдрес: не указан\nИмя: обязательно",
        "IMEI and IBAN and BIC are mandatory.",
        "Address: 0x7ffde000, IP address: 10.0.0.1",
        "姓名：必填\n地址：请输入\n文件名：报告",
        "高级设置、黄金会员、金额和方法都在这里，请先生和女士们注意。",
        "氏名：必須\n住所：入力してください\nお客様の皆様へ",
        "お客さんと仕様の様子を見て、皆さんで京都の方法を検討します。",
        "이름: 필수 입력\n주소: 없음\n고객님, 안녕하세요. 저는 학생입니다. 저는 한국인입니다.",
        "الاسم: مطلوب",
        "东京都是一个城市，第88号文件。",
        "NINO: JG 10 37 59 B",
        "Die Steuer-ID des Mitarbeiters lautet 65929704899.",
        "12 34 56 C; her notes were unreadable",
        "sku,name,price,stock\nA-10023,Blue mug,4.90,120\nA-10024,Green mug,4.90,87",
        "BP 128/82, HR 71, WBC 7.4",
        "Avogadro 6.02214076e23",
        "The new Trinity logo and the rest of it",
        "| User | Kennwort | Rolle |",
        "Tu Feed está vacío.",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(texts); i++) {
        struct seen s = find(texts[i], "");
        if (s.got[0] != '\0')
            fail_msg("%s: %s", texts[i], s.got);
    }
}

struct example {
    const char *text, *found;
};

static void all_are_found(const struct example *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct seen s = find(all[i].text, "");
        if (strcmp(s.got, all[i].found) != 0)
            fail_msg("%s: %s", all[i].text, s.got);
    }
}

static void labels_ask_for_names(void **state)
{
    static const struct example cases[] = {
        {"Vorname: Jörn\nNachname: Habermehl", "P:Jörn;P:Habermehl;"},
        {"Kontoinhaberin ist Frau Wiebke Tönnies", "P:Wiebke Tönnies;"},
        {"Patient: Möhring, Ekkehard", "P:Möhring, Ekkehard;"},
        {"{\"nachname\": \"Sonnleithner\", \"ort\": \"Passau\"}", "P:Sonnleithner;L:Passau;"},
        {"{\\\"last_name\\\": \\\"Quellmalz\\\"}", "P:Quellmalz;"},
        {"Titulaire du compte : Anatole Chabrier", "P:Anatole Chabrier;"},
        {"Cognome: Passalacqua", "P:Passalacqua;"},
        {"<surname>Passalacqua</surname>", "P:Passalacqua;"},
        {"Achternaam: Hoogeveen", "P:Hoogeveen;"},
        {"Nazwisko: Wrzesińska", "P:Wrzesińska;"},
        {"Soyadı: Yıldırımoğlu", "P:Yıldırımoğlu;"},
        {"Фамилия: Заболотный", "P:Заболотный;"},
        {"الاسم: محمد عبد الله", "P:محمد عبد الله;"},
        {"姓名：张伟明", "P:张伟明;"},
        {"お名前: 佐藤 花子", "P:佐藤 花子;"},
        {"성명: 김민준", "P:김민준;"},
        {"Empresa: Conservas Arrigorriaga S.L.\nCiudad: Getxo",
         "O:Conservas Arrigorriaga S.L.;L:Getxo;"},
    };
    (void)state;
    all_are_found(cases, GW_COUNT(cases));
}

static void heads_of_columns_and_keys_do_too(void **state)
{
    static const struct example cases[] = {
        {"Vorname;Nachname;Ort\nHeiner;Lüdtke;Husum", "P:Heiner;P:Lüdtke;L:Husum;"},
        {"prenom;nom;ville\nAymeric;Delavigne;Quimper", "P:Aymeric;P:Delavigne;L:Quimper;"},
        {"name,email,city\nTamsin Okonjo,t@x.example,York", "P:Tamsin Okonjo;L:York;"},
        {"cognome,nome,citta\nPautasso,Loris,Cuneo", "P:Pautasso;P:Loris;L:Cuneo;"},
        {"\"Vorname\",\"Nachname\"\n\"Heiner\",\"Lüdtke\"", "P:Heiner;P:Lüdtke;"},
        {"姓名,城市\n陈思远,成都", "P:陈思远;L:成都;"},
        {"Vorname;Menge\nHeiner;Lüdtke\n", "P:Heiner;"},
    };
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct seen s = find(cases[i].text, "");
        if (strcmp(s.got, cases[i].found) != 0)
            fail_msg("%s: %s", cases[i].text, s.got);
    }
    assert_non_null(strstr(find(cases[6].text, "").got, "P:Heiner;"));
    assert_string_equal(find("Habermehl", "nachname").got, "P:Habermehl;");
    assert_string_equal(find("김민준", "성명").got, "P:김민준;");
    assert_string_equal(find("Gansweiler Ring 4, 99423 Weimar", "adresse").got,
                        "A:Gansweiler Ring 4, 99423 Weimar;");
}

static void people_are_spoken_to(void **state)
{
    static const struct example cases[] = {
        {"Sehr geehrter Herr Dr. Quellmalz, anbei.", "P:Dr. Quellmalz;"},
        {"Le rendez-vous avec Mme Kerbrat est fixé.", "P:Kerbrat;"},
        {"Gentile Sig.ra Bevilacqua, grazie.", "P:Bevilacqua;"},
        {"Estimado Sr. Villagrasa: le escribo.", "P:Villagrasa;"},
        {"Szanowny Panie Dobrowolski, dziękujemy.", "P:Dobrowolski;"},
        {"Sayın Kemal Altınok, talebiniz alındı.", "P:Kemal Altınok;"},
        {"Şükran Hanım yarın arayacak.", "P:Şükran;"},
        {"г-н Мельников и г-жа Орлова приедут.", "P:Мельников;P:Орлова;"},
        {"السيد يوسف الحداد", "P:يوسف الحداد;"},
        {"王建国先生，您好！", "P:王建国;"},
        {"王经理，您好！", "P:王;"},
        {"田中様、お世話になっております。", "P:田中;"},
        {"이준호 님, 안녕하세요.", "P:이준호;"},
        {"Met vriendelijke groet,\nMarloes Zijlstra", "P:Marloes Zijlstra;"},
        {"此致\n敬礼\n赵立新", "P:赵立新;"},
        {"Mi chiamo Ermenegildo Trovato e sono qui.", "P:Ermenegildo Trovato;"},
        {"Меня зовут Аглая Черемных, я клиент.", "P:Аглая Черемных;"},
        {"我叫李晓红，想查询订单。", "P:李晓红;"},
        {"저는 최유진입니다.", "P:최유진;"},
        {"鈴木一郎と申します。", "P:鈴木一郎;"},
        {"안녕하세요 김도현입니다.", "P:김도현;"},
        {"Buenos días, soy Rodrigo Ibáñez.", "P:Rodrigo Ibáñez;"},
        {"您好，我是刘子涵，请帮我查一下。", "P:刘子涵;"},
        {"我是程序员，我是高级工程师。", ""},
        {"ผมชื่อ สมชาย ใจดี เบอร์โทร", "P:สมชาย ใจดี;"},
        {"שמי נועה כהן, תודה", "P:נועה כהן;"},
    };
    (void)state;
    all_are_found(cases, GW_COUNT(cases));
}

static void russian_names_have_a_shape(void **state)
{
    static const struct example cases[] = {
        {"телефон 123, Иванов Пётр Сергеевич", "P:Иванов Пётр Сергеевич;"},
        {"Вход: Мария Ивановна Кузнецова-Смирнова", "P:Мария Ивановна Кузнецова-Смирнова;"},
        {"Марине Львовне Кузнецовой", "P:Марине Львовне Кузнецовой;"},
        {"Уважаемый Пётр Сергеевич!", "P:Пётр Сергеевич;"},
        {"подписал Дроздов И.И. вчера", "P:Дроздов И.И.;"},
        {"подписал И. И. Дроздов вчера", "P:И. И. Дроздов;"},
    };
    (void)state;
    all_are_found(cases, GW_COUNT(cases));
}

static void addresses_go_on_to_their_end(void **state)
{
    static const struct example cases[] = {
        {"Anschrift: Am Kirchbühl 4a, 79111 Freiburg", "A:Am Kirchbühl 4a, 79111 Freiburg;"},
        {"Lieferadresse: Hinter der Mühle 7\n38100 Braunschweig",
         "A:Hinter der Mühle 7\n38100 Braunschweig;"},
        {"Adres: Bağdat Caddesi No: 112 D: 5, 34710 Kadıköy",
         "A:Bağdat Caddesi No: 112 D: 5, 34710 Kadıköy;"},
        {"Mieszka przy al. Jana Pawła II 45 m. 8, 31-864 Kraków.",
         "A:al. Jana Pawła II 45 m. 8, 31-864 Kraków;"},
        {"Адрес: г. Москва, ул. Ленина, д. 5, кв. 12", "A:г. Москва, ул. Ленина, д. 5, кв. 12;"},
        {"地址：北京市朝阳区建国路88号", "A:北京市朝阳区建国路88号;"},
        {"请寄到广东省深圳市南山区科技园路12号3栋502室，谢谢。",
         "A:广东省深圳市南山区科技园路12号3栋502室;"},
        {"住所は東京都千代田区千代田1-1", "A:東京都千代田区千代田1-1;"},
        {"大阪府大阪市北区梅田3-1-3に送ってください。", "A:大阪府大阪市北区梅田3-1-3;"},
        {"서울특별시 강남구 테헤란로 152", "A:서울특별시 강남구 테헤란로 152;"},
        {"Rechnung an Torben Wendlandt, Goethestr. 88, 60313 Frankfurt.",
         "P:Torben Wendlandt;A:Goethestr. 88, 60313 Frankfurt;"},
        {"Ship to: Odette Marchetti, 418 Larkspur Lane, Boise, ID 83702",
         "P:Odette Marchetti;A:418 Larkspur Lane, Boise, ID 83702;"},
        {"Adres: Piękna 4\n00-590 Warszawa", "A:Piękna 4\n00-590 Warszawa;"},
    };
    (void)state;
    all_are_found(cases, GW_COUNT(cases));
}

static void given_names_ask_for_a_surname(void **state)
{
    static const struct example cases[] = {
        {"Ayer hablé con Rosalía Etxeberria sobre el contrato.", "P:Rosalía Etxeberria;"},
        {"Ieri ho parlato con Ludovica Passalacqua del contratto.", "P:Ludovica Passalacqua;"},
        {"Вчера я говорил с Мариной Кузнецовой о договоре.", "P:Мариной Кузнецовой;"},
        {"Вчера я говорил о Красной Площади и Мариной роще.", ""},
        {"{ label: \"Özel Karakterler\", color: 4 }", ""},
        {"Gestern hat Ulrike angerufen und nach dem Vertrag gefragt.", "P:Ulrike;"},
        {"Here is my CV: Tendai Moyo, +263 77 482 7193, tendai.moyo@proton.example",
         "P:Tendai Moyo;"},
        {"Our Sales Team, sales.team@acme.example", ""},
    };
    (void)state;
    all_are_found(cases, GW_COUNT(cases));
}

/* What is claimed of a text in which the model reads nothing. */
static const char *claimed(const char *text)
{
    static struct claims c;
    static struct word words[WHO_WORDS];
    static uint8_t tags[WHO_WORDS];
    static char got[200];
    struct table table = {0};
    size_t end, n = 0;
    c.model = &model;
    c.tags = tags;
    c.cues_table = model.cues;
    c.text = slice_str(text);
    c.words = words;
    c.count = who_stretch(c.text, 0, words, &end);
    c.key = 0;
    c.table = &table;
    model_look(&model, words, c.count);
    claims_find(&c);
    got[0] = '\0';
    for (size_t k = 0; k < c.n; k++)
        n += (size_t)snprintf(got + n, sizeof got - n, "%.*s;", (int)(c.at[k].end - c.at[k].start),
                              text + c.at[k].start);
    return got;
}

static void an_address_goes_on_to_a_line_with_a_postcode(void **state)
{
    (void)state;
    assert_string_equal(claimed("Adresse: Hinter der Muehle 7\n38100 Braunschweig"),
                        "Hinter der Muehle 7\n38100 Braunschweig;");
    assert_string_equal(claimed("Adresse: Piekna Street 4\n00-590 Warszawa"),
                        "Piekna Street 4\n00-590 Warszawa;");
    assert_string_equal(claimed("Adresse: Hinter der Muehle 7\n38 Pakete Ware"),
                        "Hinter der Muehle 7;");
    assert_string_equal(claimed("Adresse: Hinter der Muehle 7\n12-Uhr Lieferung"),
                        "Hinter der Muehle 7;");
    assert_string_equal(claimed("Adresse: Hinter der Muehle 7\n38100 mm Ware"),
                        "Hinter der Muehle 7;");
}

static void a_greeting_stands_where_a_line_or_sentence_begins(void **state)
{
    (void)state;
    assert_string_equal(claimed("Estimado Presbury, le escribo."), "Presbury;");
    assert_string_equal(claimed("Es un gasto Estimado Presbury, ver anexo."), "");
    assert_string_equal(claimed("estimado Presbury, le escribo."), "");
}

/* Any bytes: what is claimed lies in the text and in the order of the text, and shares no byte. */
static void any_text_is_taken(void **state)
{
    static const char *const parts[] = {
        "姓名：", "张",        "先生",    "Name: ",   "\n",     "号",  "路12", "Vorname",
        ": ",     "Frau ",     "И. ",     "님",       "東京都", "1-1", ",",    "\xE5",
        "\xFF",   "Adresse: ", "Иванов ", "Петрович", " ",      "様",  "区",   "\t"};
    static struct claims c;
    static struct word words[WHO_WORDS];
    uint64_t random = 9;
    char text[600];
    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        size_t len = 0, end, last = 0;
        for (unsigned k = 0; k < 40; k++, random = random * 6364136223846793005u + 1)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s",
                                    parts[(random >> 33) % GW_COUNT(parts)]);
        struct slice exact = slice_of(memcpy(malloc(len), text, len), len);
        struct table table = {0};
        uint8_t tags[WHO_WORDS] = {0};
        c.model = &model;
        c.tags = tags;
        c.cues_table = model.cues;
        c.text = exact;
        c.words = words;
        c.count = who_stretch(exact, 0, words, &end);
        c.key = 0;
        c.table = &table;
        model_look(&model, words, c.count);
        claims_find(&c);
        for (size_t k = 0; k < c.n; k++) {
            assert_true(c.at[k].start >= last && c.at[k].end > c.at[k].start);
            assert_true(c.at[k].end <= len && c.at[k].from < c.at[k].to);
            last = c.at[k].end;
        }
        free((void *)(uintptr_t)exact.at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_claimed_in),
        cmocka_unit_test(labels_ask_for_names),
        cmocka_unit_test(heads_of_columns_and_keys_do_too),
        cmocka_unit_test(people_are_spoken_to),
        cmocka_unit_test(russian_names_have_a_shape),
        cmocka_unit_test(given_names_ask_for_a_surname),
        cmocka_unit_test(addresses_go_on_to_their_end),
        cmocka_unit_test(an_address_goes_on_to_a_line_with_a_postcode),
        cmocka_unit_test(a_greeting_stands_where_a_line_or_sentence_begins),
        cmocka_unit_test(any_text_is_taken),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
