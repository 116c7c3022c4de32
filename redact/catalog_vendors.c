/* redact/catalog_vendors.c - rows: a random word beside the name of who gives out keys that have no
 * shape of their own. Names that are plain words as well are not among them.
 *
 * Refuses to know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog_rows.h"
#include "redact/valid_secret.h"

/* clang-format off */
#define CATALOG_VENDORS_A \
    "abstractapi*|abyssale*|accuweather*|activecampaign*|adafruit*|adobe*|adzuna*|aeroworkflow*|" \
    "agora*|aha|airbrake*|airship*|airtable*|airvisual*|aiven*|akamai*|alconost*|" \
    "alegra*|aletheia*|algolia*|alibaba*|alienvault*|allsports*|amadeus*|ambee*|amplitude*|" \
    "anthropic*|anypoint*|apacta*|api2cart*|apideck*|apiflash*|apifonica*|apify*|apilayer*|" \
    "apilo*|apimatic*|apimetrics*|apitemplate*|appcues*|appdynamics*|appfollow*|appointedd*|" \
    "appoptics*|appsynergy*|apptivo*|artifactory*|artsy*|asana*|assemblyai*|atera*|atlassian*|" \
    "auth0*|autodesk*|autoklose*|avaza*|aviationstack*|axonaut*|aylien*|ayrshare*|bablic*|" \
    "bannerbear*|baremetrics*|baseapi*|beamer*|beebole*|besnappy*|besttime*|bitbar*|bitbucket*|" \
    "bitcoinaverage*|bitfinex*|bitly*|bitmex*|blazemeter*|blitapp*|blocknative*|blogger*|" \
    "bombbomb*|boostnote*|borgbase*|braintree*|brandfetch*|breakcold*|brevo*|browserstack*|" \
    "browshot*|bscscan*|buddyns*|budibase*|bugherd*|bugsnag*|buildkite*|bulbul*|bulksms*|" \
    "buttercms*|caflou*|calendarific*|calendly*|calorieninja*|campayn*|cannyio*|capsulecrm*|" \
    "captaindata*|carboninterface*|cashboard*|caspio*|censys*|centralstation*|chaindesk*|" \
    "chargebee*|chartmogul*|chatfule*|checio*|checklyhq*|checkmarket*|" \
    "checkvist*|cicero*|circleci*|clarifai*|clearbit*|clickhelp*|clicksend*|clickup*|cliengo*|" \
    "clinchpad*|clockify*|clockwork*|cloud66*|cloudconvert*|cloudelements*|cloudflare*|" \
    "cloudimage*|cloudinary*|cloudmersive*|cloudplan*|cloudsmith*|cloverly*|cloze*|clustdoc*|" \
    "coda*|codacy*|codeclimate*|codecov*|codemagic*|codequiry*|cohere*|coinapi*|coinbase*|" \
    "coinlayer*|coinlib*|commercejs*|companyhub*|confluent*|contentful*|" \
    "contentstack*|conversiontools*|convertapi*|convertkit*|convier*|copyscape*|countrylayer*|" \
    "couriers*|coveralls*|craftmypdf*|crossbrowsertesting*|crowdin*|crowdstrike*|cryptocompare*|" \
    "currencycloud*|currencyfreaks*|currencylayer*|currencyscoop*|currentsapi*|customerguru*|" \
    "customerio*"
#define CATALOG_VENDORS_D \
    "d7network*|dandelion*|dareboost*|databox*|databricks*|datadog*|datafire*|datagov*|deepai*|" \
    "deepgram*|deepl*|deepseek*|delighted*|demio*|deno*|detectify*|detectlanguage*|dfuse*|" \
    "diffbot*|diggernaut*|digitalocean*|discord*|disqus*|dnscheck*|documo*|doppler*|dotdigital*|" \
    "dovico*|dronahq*|droneci*|dropbox*|duply*|dwolla*|dynalist*|dynatrace*|easyinsight*|" \
    "easypost*|ecostruxure*|edamam*|edenai*|eightxeight*|elasticemail*|elevenlabs*|enablex*|" \
    "endorlabs*|etherscan*|ethplorer*|etsy*|etsyapi*|eventbrite*|everhour*|exchangerate*|" \
    "exportsdk*|extractorapi*|faceplusplus*|fastforex*|fastly*|fastspring*|feedier*|fetchrss*|" \
    "fibery*|figma*|fileio*|filestack*|finage*|findl*|finicity*|finnhub*|fixer*|" \
    "flatio*|fleetbase*|flexport*|flickr*|flightapi*|flightlabs*|flightstats*|flowflu*|" \
    "flutterwave*|flyio*|fmfw*|formbucket*|formcraft*|formio*|formsite*|foursquare*|frameio*|" \
    "freshbooks*|freshdesk*|freshworks*|fullstory*|fusebill*|fxmarket*|gcp|geckoboard*|gemini*|" \
    "gengo*|geoapify*|geocode*|geocodify*|geocodio*|geoip*|geoipify*|getemail*|getemails*|" \
    "getgeoapi*|getgist*|getresponse*|getsandbox*|giphy*|gitter*|glassnode*|gocanvas*|" \
    "gocardless*|goodday*|goodreads*|grafana*|graphcms*|graphhopper*|groovehq*|groq*|gtmetrix*|" \
    "gumroad*|gyazo*|happi*|happyscribe*|harness*|hasura*|hellosign*|helpcrunch*|" \
    "helpscout*|hereapi*|heroku*|hiveage*|holidayapi*|honeycomb*|hotjar*|hubspot*|huggingface*|" \
    "hunter*|hybiscus*|hypertrack*|ibmcloud*|iconfinder*|iexapis*|iexcloud*|imagekit*|imagga*|" \
    "impala*|influxdata*|infobip*|infracost*|infura*|insightly*|instabot*|instamojo*|integromat*|" \
    "intercom*|interseller*|intra42*|intrinio*|invoiceocean*|ipapi*|ipdata*|ipgeolocation*|" \
    "ipify*|ipinfo*|ipquality*|ipstack*|jfrog*|jira*|jotform*|jumpcloud*|jumpseller*|jupiterone*|" \
    "juro*|kaleyra*|kanbantool*|karmacrm*|keenio*|keycdn*|kickbox*|klaviyo*|klipfolio*|" \
    "knapsackpro*|kontent*|kraken*|kucoin*|kylas*|languagelayer*|larksuite*|launchdarkly*|" \
    "launchnotes*|leadfeeder*|lemlist*|lemonsqueezy*|lendflow*|lessannoying*|lexigram*|" \
    "linemessaging*|linenotify*|linkedin*|linkpreview*|liveagent*|livestorm*|loadmill*|lob|" \
    "locationiq*|loggly*|loginradius*|logzio*|lokalise*|loyverse*|lunchmoney*|luno*|macaddress*|" \
    "madkudu*|magicbell*|mailboxlayer*|mailchimp*|mailerlite*|mailgun*|mailjet*|" \
    "mailmodo*|mailsac*|mandrill*|mapbox*|mapquest*|marketstack*|mattermost*|mavenlink*|maxmind*|" \
    "mediastack*|meistertask*|mesibo*|messagebird*|metabase*|metrilo*|midise*|" \
    "mindmeister*|miro*|mistral*|mixmax*|mixpanel*|mockaroo*|monday*|monkeylearn*|" \
    "moonclerk*|moosend*|moralis*|mrticktock*|myfreshworks*|myintervals*|nasdaqdatalink*|" \
    "nethunt*|netlify*|netsuite*|neutrinoapi*|newrelic*|newsapi*|newscatcher*|nexmo*|nftport*|" \
    "ngc|ngrok*|nicereply*|nightfall*|nimble*|noticeable*|notion*|nozbe*|nubela*|nuget*|" \
    "numverify*|nutritionix*|nvapi*|nylas*|nytimes*"
#define CATALOG_VENDORS_O \
    "oanda*|octopus*|okta*|omnisend*|oncehub*|onedesk*|onelogin*|onepagecrm*|onesignal*|" \
    "onwaterio*|oopspam*|openai*|openaq*|opencage*|opendatasoft*|openuv*|openweather*|opsgenie*|" \
    "overloop*|owlbot*|packagecloud*|pagarme*|pagerduty*|pandadoc*|pandascore*|" \
    "paralleldots*|parsehub*|parseur*|partnerstack*|passbase*|pastebin*|paydirt*|paymo*|" \
    "paymongo*|paypal*|paystack*|pdflayer*|pdfshift*|peopledatalabs*|pepipost*|" \
    "perplexity*|photoroom*|phraseaccess*|pinata*|pinecone*|pipedream*|pipedrive*|pivotal*|" \
    "pivotaltracker*|pixabay*|plaid*|planhat*|planview*|planviewleankit*|planyo*|plivo*|podio*|" \
    "pollsapi*|poloniex*|polymail*|positionstack*|postageapi*|postbacks*|posthog*|postman*|" \
    "postmark*|powrbot*|prefect*|privacycom*|prodpad*|prospectcrm*|prospectio*|" \
    "proxycrawl*|pubnub*|pulumi*|purestake*|pushbullet*|pusher*|quaderno*|qualaroo*|qubole*|" \
    "quickmetrics*|rapidapi*|rawg*|razorpay*|reachmail*|readme*|reallysimplesystems*|rebrandly*|" \
    "rechargepayments*|refiner*|repairshopr*|replicate*|replyio*|requestfinance*|restpack*|" \
    "restpackhtml*|restpackscreenshot*|revampcrm*|ringcentral*|ritekit*|roaring*|rocketreach*|" \
    "rollbar*|ronin*|rootly*|route4me*|rownd*|rubygems*|runrunit*|saladcloud*|salesblink*|" \
    "salescookie*|salesflare*|salesforce*|salesmate*|salesmsg*|sanity*|satismeter*|saucelabs*|" \
    "scalewayscaleway*|scalr*|scrapeowl*|scraperapi*|scraperbox*|scrapersite*|scrapestack*|" \
    "scrapfly*|scrapingant*|scrapingbee*|screenshotapi*|screenshotlayer*|selectpdf*|" \
    "semaphore*|semrush*|sendbird*|sendgrid*|sendinblue*|sentry*|serphouse*|serpstack*|shippo*|" \
    "shodan*|shopify*|shortcut*|shotstack*|shutterstock*|sidekiq*|signable*|signalwire*|" \
    "signaturit*|signupgenius*|sigopt*|simfin*|simplesat*|simplynoted*|simvoly*|sinch*|sirv*|" \
    "siteleaf*|skrapp*|skybiometry*|slack*|smartsheet*|smartystreets*|smooch*|snipcart*|" \
    "snowflake*|snyk*|sonar*|sonarcloud*|sourcegraph*|sparkpost*|speechtextai*|splunk*|" \
    "spoonacular*|sportradar*|sportsmonk*|spotify*|sqlserver*|squarespace*|squareup*|sslmate*|" \
    "statuscake*|statuspage*|statuspal*|stitchdata*|stockdata*|stormboard*|stormglass*|" \
    "storyblok*|storychief*|strava*|stripe*|stripo*|stytch*|sugester*|sumologic*|supabase*|" \
    "supernotes*|surveyanyplace*|surveybot*|surveysparrow*|survicate*|swiftype*|tableau*|" \
    "tailscale*|tallyfy*|tatumio*|tavily*|taxjar*|teamgate*|teamwork*|teamworkcrm*|teamworkdesk*|" \
    "teamworkspaces*|technicalanalysisapi*|tefter*|telegram*|telesign*|telnyx*|terraform*|" \
    "testingbot*|text2data*|textmagic*|theoddsapi*|thinkific*|thousandeyes*|" \
    "tickettailor*|tickettick*|tiingo*|timecamp*|timezoneapi*|tineswebhook*|tly|tmetric*|" \
    "todoist*|toggl*|tomorrowio*|tomtom*|tradier*|transferwise*|travelpayouts*|trello*|" \
    "twelvedata*|twilio*|twitch*|twitter*|tyntec*|typeform*|typetalk*|ubidots*|uclassify*|" \
    "unifyid*|unplugg*|unsplash*|upcdatabase*|uplead*|uploadcare*|upstage*|uptimerobot*|upwave*|" \
    "urlscan*|userflow*|userstack*|vagrantcloud*|vatlayer*|vbout*|vercel*|verifier*|verimail*|" \
    "veriphone*|versioneye*|viewneo*|virustotal*|visualcrossing*|voicegain*|voodoosms*|vouchery*|" \
    "vpnapi*|vultr*|vyte*|walkscore*|weatherbit*|weatherstack*|web3storage*|webex*|webflow*|" \
    "webscraper*|webscraping*|websitepulse*|wepay*|whoxy*|wistia*|wiz|woocommerce*|workday*|" \
    "worksnaps*|workstack*|worldcoinindex*|worldweather*|wrike*|xata*|yandex*|yelp*|" \
    "youneedabudget*|yousign*|zapier*|zendesk*|zenkit*|zenrows*|zenscrape*|zenserp*|zeplin*|" \
    "zerobounce*|zerotier*|zipapi*|zipbooks*|zipcodeapi*|zoho*|zonkafeedback*|zulip*"

#define VENDOR(name_, words_)                                                                          \
    {.name = name_, .entity = "SECRET_API_KEY", .family = FAM_SECRET, .flags = DET_SECRET | DET_UNREAL, \
     .with_words = 610, .back = UNREAL_BACK, .max_len = 200, .trigger = TRIGGER_NEAR_TOKEN, .at = "16", .confirm = RANDOM,  \
     .valid = valid_near, .words = words_, .about = "A random word close to the name of a vendor."}

static const struct detector rows[] = {
    VENDOR("near_vendor_a", CATALOG_VENDORS_A),
    VENDOR("near_vendor_d", CATALOG_VENDORS_D),
    VENDOR("near_vendor_o", CATALOG_VENDORS_O),
};
/* clang-format on */

CATALOG_TABLE(catalog_vendors)
