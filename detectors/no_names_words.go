package detectors

// More words that the tagger of names takes for persons in calls: what no text that it learnt from speaks of.

// medicineWords are medicines, by the names of substances and by those that they are sold under.
const medicineWords = "acetaminophen aciclovir adalimumab advil alendronate alendronic allopurinol amiodarone amitriptyline amlodipine amoxicilina amoxicillin amoxicilline " +
	"anastrozole antihistamine antihistamines apap apixaban aripiprazole aspirin aspirine atenolol atomoxetine atorvastatin augmentin aulin azathioprine " +
	"azithromycin baclofen beclometasone benadryl bendroflumethiazide betamethasone bicalutamide bisoprolol brufen budesonide bumetanide buprenorphine " +
	"bupropion buscapina buscopan calpol canagliflozin candesartan carbamazepine carbimazole carvedilol cefalexin celecoxib cetirizine chlorphenamine " +
	"cholecalciferol ciprofloxacin citalopram clarithromycin clonazepam clopidogrel clotrimazole clozapine co-amoxiclav co-codamol cocodamol codeine " +
	"colchicine concerta cyclizine dabigatran dafalgan dapagliflozin desogestrel dexamethasone diazepam diclofenac digoxin dihydrocodeine diltiazem " +
	"dipirona doliprane domperidone donepezil doxazosin doxycycline dulaglutide duloxetine edoxaban efferalgan empagliflozin enalapril enantyum eplerenone " +
	"erythromycin escitalopram esomeprazole estradiol etanercept etoricoxib famotidine felodipine fentanyl ferrous fexofenadine finasteride flucloxacillin " +
	"fluconazole fluoxetine fluticasone folic fostair fumarate furosemide gabapentin gaviscon gliclazide glimepiride haloperidol humalog hydrocortisone " +
	"hydroxychloroquine ibuprofen ibuprofene ibuprofeno ibuprofène imodium indapamide infliximab inhaler inhalers insulin irbesartan kardegic kardégic " +
	"ketonal lactulose lamotrigine lansoprazole lantus laxido lercanidipine letrozole levemir levetiracetam levodopa levonorgestrel levothyroxine lidocaine " +
	"linagliptin liraglutide lisdexamfetamine lisinopril lithium loperamide loratadine lorazepam losartan lymecycline macrogol mebendazole mebeverine " +
	"melatonin memantine metamizol metformin methadone methotrexate methylphenidate metoclopramide metoprolol metronidazole microgynon mirabegron " +
	"mirtazapine mometasone montelukast morphine mounjaro movicol naproxen nebivolol neurofen nifedipine nitrofurantoin no-spa nolotil nortriptyline nospa " +
	"novalgin novalgina novorapid nsaid nsaids nurofen nystatin oestrogen oki olanzapine omeprazol omeprazole ondansetron oxycodone ozempic panadol " +
	"pantoprazol pantoprazole paracetamol paracetamolo paroxetine penicillin perindopril phenytoin piriton pramipexole pravastatin prednisolone pregabalin " +
	"prochlorperazine progesterone promethazine propofol propranolol quetiapine quinine rabeprazole ramipril ranitidine rennies risedronate risperidone " +
	"ritalin rituximab rivaroxaban rizatriptan ropinirole rosuvastatin salbutamol saxagliptin semaglutide seretide sertraline sildenafil simvastatin " +
	"sinemet sitagliptin smecta solifenacin solpadeine sotalol spasfon spiriva spironolactone statins sulfasalazine sumatriptan symbicort tachipirina " +
	"tadalafil tamoxifen tamsulosin temazepam terbinafine theophylline thiamine ticagrelor tiotropium tirzepatide tizanidine topiramate tramadol trazodone " +
	"trimethoprim utrogestan valproate valsartan venlafaxine ventolin verapamil viagra voltaren voltarol warfarin wegovy zolpidem zopiclone"

// thingWords are meals and what is in them, plants, dogs, colours, cloths and clothes, devices of the house, sports, the weather and what machines do.
const thingWords = "sunday monday tuesday wednesday thursday friday saturday american british chinese dutch french german greek indian italian japanese korean mexican moroccan polish portuguese spanish thai turkish vietnamese " +
	"acers actifry aerobics airfryer almonds alsatian anchovies anorak aqua artichoke asparagus aubergine aubergines audiobook audiobooks avocado avocados " +
	"azalea azaleas badminton baguette bamboo basmati beagle beagles beetroot begonia begonias beige bhaji bhuna biryani blackcurrant blender blizzard " +
	"blouse bluebells blueberries bonds bootcamp brie brioche brisket brogues brownie brownies buddleia buffering bulgur bulldog bulldogs burgundy " +
	"butternut cactus calamari camellia camellias camembert cardamom cardamoms cardigan cartridge cashews chapati chardonnay cheesecake chihuahua " +
	"chihuahuas chili chilli chillies chino chinos chorizo chrysanthemum chrysanthemums ciabatta cider cinnamon clematis clementines clunking cockapoo " +
	"cockapoos collies compost conifer conifers cooker coriander countif courgette courgettes couscous cranberries crocus croissant croissants crumpet " +
	"crumpets cumin custard cyan dachshund dachshunds daffodil daffodils dalmatian darts delphinium delphiniums dhal dishwasher dripping drizzle dungarees easter " +
	"duvet duvets dvla dwp ebook ebooks eggshell emulsion espadrilles extractor fennel ferns fettuccine fillet flapjack flapjacks flickering focaccia " +
	"foxglove foxgloves freezer freezing fridge fuchsia fuchsias fuser futon gammon geranium geraniums gilet gin glitching gnocchi gorgonzola gouda granola " +
	"greyhound greyhounds grout gruyere gusts haddock hailstones halibut halloumi harissa hazelnuts heatwave hiit hlookup hmrc hob hobs hockey hoodie " +
	"hoodies hosta hostas hydrangea hydrangeas inkjet isas jeggings joggers juddering juicer kettle khaki kombucha korma labradoodle labrador labradors " +
	"lacrosse lager lagging laminate laserjet leek leeks leggings leylandii linguine loafers lupin lupins mackerel magenta magnolia magnolias malbec " +
	"marigolds maroon masala mascarpone mattress mattresses mauve maxi mdf meringue merlot midi mojito mortgage mph muesli muffin muffins mulch mussels " +
	"nasturtiums nectarine nectarines nhs noodles nutmeg orchid orchids oregano ottoman overdraft overheating pancetta paneer panini parka parsnip parsnips " +
	"pavlova paye penne peonies petunias photinia pilates pilau pinot pistachio pistachios pivot pixelated pixelating plasterboard plimsolls plywood " +
	"polenta poodle poodles porridge powerpivot prawns premium primer printhead privet profiterole profiteroles prosecco prunes pug pugs pyrethrum quorn " +
	"ragdoll raisins raita rapeseed raspberries rattling recliner rein remortgage rhododendron rhododendrons ribeye rigatoni rioja roti rottweiler " +
	"rottweilers rounders samosa samosas sardines satinwood satsuma satsumas scone scones sealant seater seitan shiraz siamese sideboard silicone sipp sirloin " +
	"sleet smoothie smoothies snooker snowdrops spaniel spaniels spinning squash squealing sriracha stilettos stilton stonewash strawberries sultanas sumif " +
	"tagliatelle tahini tarragon taupe teal tempeh tequila teriyaki terrier terriers thunderstorm tikka tiramisu toaster tofu toner trainers trifle tulip " +
	"tulips turmeric turquoise vat vindaloo vinyl vlookup vodka walnuts wellies wensleydale whippet whippets whirring wisteria xlookup yoghurt zumba"

// brandWords are firms and their products that calls of shops, garages and services are about.
const brandWords = "aeg asda asos asus ateca atmos audible azuma barbour barclaycard beko bluey boohoo bouygues breville bridgestone britbox britvic cadbury camif captur cbeebies " +
	"ceed clarks continental cuprinol danone deezer deliveroo delonghi dhl dolby dpd dulux dunlop duracell duster ecoboost electrolux energizer epson evri fastweb fortnite " +
	"freebox freenet fritzbox golf goodyear gousto grundfos haribo hellofresh hisense hotpoint hulu iliad indesit insignia ioniq justeat kadjar karoq klarna kodiaq kpn " +
	"kuga kyocera lavazza lexmark lidl linksys livebox logitech makita meriva micra miele minecraft miracle-gro moderna mokka mondeo monzo morrisons motorola movistar nespresso " +
	"netgear nintendo nutella ocado odido oneplus openreach oppo panasonic paramount parcelforce passat patrol pendolino peppa peroni pfizer picanto pirelli pokemon " +
	"polsat primark puretech qashqai realme redmi ribena roblox ronseal sainsburys sandisk seagate seur sfr siemens sportage spotify starbucks superb " +
	"superdry tassimo tcl tefal telekom tidal tiguan tomorite touareg touran tplink tropicana twingo vauxhall velux vimto vodafone waitrose whirlpool xerox " +
	"xiaomi xps xtra yeti yodel yoigo zanussi ziggo zinsser"

// vendorWords are makers of telephone exchanges, of what call centres use and of what hears and speaks, and their products, as lines of logs name them.
const vendorWords = "aircall asterisk audiocodes avaya azure broadsoft broadworks bria calabrio cisco cxone deepgram dialogflow dialpad elevenlabs fanvil freepbx freeswitch freshcaller genesys gigaset grandstream hubspot infobip jabber " +
	"jabra kamailio linphone messagebird metaswitch mitel nexmo nuance opensips oracle perimeta plantronics plivo polycom ringcentral sangoma sinch snom sonus talkdesk telnyx verint voicemeeter voiceflow vonage wavenet worldpay yealink zoiper"

var medicines = wordsOf(medicineWords)

// foreignWords are words of calls in other languages than English that the tagger doesn't know: of orders and deliveries, payments,
// bookings, devices, and what one does with them (the lines no-name of languages/), and articles, prepositions, question words, and
// frequent words that lists of given names have. None is a frequent name.
func foreignWords() string {
	return said("no-name", "") + "dann davon darin davor jene wies eben landen dag durante esta sem dia vida zona assunto sera levar sai cai capa analisa azul gosto giusto parla mio bara denna sina nya " +
		"ena ned ved hennes lilla sid antal veta kya meri karna il lo gli una del della dello degli dei con per dove come quando perché au aux du une avec pour chez où quand com " +
		"em na no às aos nos nas dos das onde quando het een van naar op met voor waar wanneer hoe welke der die das dem den ein eine einen mit für von wo wann wie welche la las " +
		"los unos unas con para donde dónde cuándo cómo dla przez gdzie kiedy jak mínusz milliárd angol fontot perccel"
}
