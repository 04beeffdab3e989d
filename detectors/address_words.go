package detectors

// Words that an address in small letters, or as it is spoken, is told by. Without capitals and marks its end shows only by
// the words that can't belong to it.

// plainWords are words of common speech that no name of a street or town consists of. They end an address.
var plainWords = wordsOf(`a about above across actually add added after afternoon again agent ago ahead all allow almost already alright also although
	always am amount an another any anybody anymore anyone anything anyway apologize appointment approximately apply appreciate are area aren
	around arrange arrive arrived ask asked asking assist assistance at available away awesome back bad base based basically be because been before
	began being believe below best better between big bill billing bit bonus book booked booking both bought bring broken but buy by cable came can cancel cancelled
	cannot cant card cards care careful case cash change changed changing charge charged cheap check checked checking choose city clear clearly clock
	close closed code cod come comes coming complete completed completely confidential confirm confirmation confirmed confused connection contact continue cool
	correct correctly correction cost could couldn country couple credit customer damaged date day days deal debit delay delayed deliver delivered delivery
	description desk details did didn different difficult directions disconnect discuss do does doesn doing don done dont double doubt due during each
	early easy either else empty end english enough enter entire error especially even evening ever every everyone everything exactly example
	excellent excuse extra fact false far fast favor fee feel few figure file fill final finally find fine finish finished first fix flight follow
	following food for forget forgot form former forward found free frequent friday from full further gave get gets getting give given gives giving
	glad go goes going gone good got great guess guys had half happen happened happens happy hard has hasn hate have haven having he heard hello
	help helped her here hers hey hi high higher him his hold hope hour hours how however huge hurry husband i idea identity if ill illness im
	immediately important in incorrect incomplete info information inside instead interested internet into invalid is isn issue issues it item items its
	itself ive job just keep kind kindly knew know known large last late later latest least leave left less let lets letter like liked line list
	listen little live lives living load located location long longer look looking lost lot lots loud love low lower luck lunch made mail
	main make makes making many match matter may maybe me mean means medium meet meeting member mention mentioned message mind mine minute minutes missed missing
	mistake moment monday money month months more morning most mostly move moved moving much must my myself name named near need needed
	needs never new next nice night no nobody none noon nope nor normal not nothing now number o obviously of off offer office often oh ok okay
	old on once one ones online only onto open opened opinion option or order ordered orders other others our ours out outside over own package
	paid parcel part pay paying payment per perfect perhaps person phone pick place plan play please plus pls plz possible prefer private probably problem
	product profile provide provided public purchase put question quick quickly quite rate rather read ready real really reason receive received
	recent recently record refund regarding regards regular related remain remember remove replace reply report request required resend residence reservation rest
	right round safe said same saturday saw say saying says schedule scheduled second see seem seems seen send sending sent separate service set
	several shall share she ship shipped shipping shop should shouldn show side sign since sir madam maam sister size slow small so some somebody
	someone something sometimes somewhere soon sorry sort sound sounds speak speaking spell spelled spelling spelt spoke start started state
	stay stayed staying step still stop street stuff such sunday sure suppose supposed switch system take taken takes taking talk team tell ten than thank
	terrific fantastic convenient word proceed reserve reserved amazing choice thankyou canceled smoking allowed pets furnished wonderful category theatre venue average rating event
	slide slides page pages step steps chapter section slot question questions topic agenda
	helping shared sharing anyways overseas gentlemen guys football instruction instructions clears choices incorrectly cleared
	thanks that thats the their them then there these they thing things think this those though thought through thru thursday till time times to
	today together told tomorrow tonight too took total totally toward travel trip trouble true try trying tuesday turn twice two type under understand unfortunately
	unit until unknown up update updated upon us use used using usual usually vacation valid validate verify verified very via visit wait waiting walk walking want wanted
	wants was wasn wasnt way we wednesday week weekend weeks welcome well went were weren what whatever when whenever where wherever whether which while who whole
	whom whose why wife will with within without won wont work worked working works worry would wouldn write written wrong year years yep yes
	yesterday yet you your yours yourself yeah yup zero haha hmm hm um uh er erm mhm btw asap lol etc bye goodbye hotel hotels restaurant restaurants
	pizza pizzas salad salads drink drinks soda sodas lemonade cookie cookies toppings topping cheese sauce crust spinach chicken beer wine coffee
	tea burger burgers flights ticket tickets rooms adult adults child children kid kids people persons passengers guests nights seats
	abgegeben wohnt wohne wohnen lebe heute morgen gestern jetzt ist war wird wurde werden haben habe hat ich sie wir uns mir mich nicht kein
	ahora hoy mañana ayer está fue vivo maintenant aujourd hui demain oggi domani ieri adesso nu vandaag gisteren afgegeven teraz dzisiaj jutro
	agora hoje amanhã ontem
	bitte danke geht auch noch dann hier da nein gut genau richtig stimmt vielen dank graag alsjeblieft alstublieft bedankt merci plaît plait vous
	oui ici là gracias favor aquí grazie prego obrigado obrigada faz dziękuję dziekuje proszę prosze tak hai haan nahi ji
	dollars dollar pounds pound euros euro rupees cents percent miles mile kilometers kilometres km meters metres feet inches degrees`)

// notTowns are those of plainWords that may still be a part of a name behind a house number or within an address.
var notTowns = wordsOf(`back bad base big cable city close country east end first free full half high hill long low lower main new north o old
	one open park part place port private public real round second shop side south square st state street ten two three under upper way west unit
	area us high near office line union credit`)

// knownPlaces are states, countries and cities, each by the word that is least of a common word: "carolina", "zealand".
var knownPlaces = wordsOf(`
	alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky
	louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada hampshire jersey mexico york carolina
	dakota ohio oklahoma oregon pennsylvania rhode tennessee texas utah vermont virginia washington wisconsin wyoming columbia ontario quebec
	alberta manitoba saskatchewan scotia brunswick queensland tasmania wales scotland england britain ireland
	kent sussex surrey essex norfolk suffolk yorkshire lancashire cheshire cornwall devon somerset dorset wiltshire berkshire hertfordshire
	bedfordshire cambridgeshire lincolnshire nottinghamshire derbyshire leicestershire staffordshire shropshire herefordshire worcestershire
	warwickshire northamptonshire oxfordshire buckinghamshire gloucestershire cumbria northumberland durham middlesex merseyside
	tamilnadu nadu kerala karnataka andhra telangana maharashtra gujarat rajasthan punjab haryana uttar pradesh bihar jharkhand odisha orissa
	assam bengal chhattisgarh uttarakhand himachal goa manipur meghalaya mizoram nagaland tripura sikkim kashmir puducherry pondicherry
	usa uk uae india america germany deutschland france spain españa italy italia netherlands nederland belgium belgique belgië austria österreich
	switzerland schweiz suisse poland polska portugal sweden norway denmark finland iceland estonia latvia lithuania czechia slovakia hungary romania bulgaria
	greece cyprus croatia slovenia serbia bosnia albania macedonia ukraine russia belarus moldova turkey israel lebanon egypt morocco algeria
	tunisia libya sudan ethiopia kenya uganda tanzania rwanda nigeria ghana senegal cameroon angola zambia zimbabwe mozambique namibia botswana
	madagascar malawi mauritius pakistan bangladesh nepal bhutan lanka myanmar thailand vietnam cambodia laos malaysia singapore indonesia
	philippines china japan korea taiwan mongolia kazakhstan uzbekistan afghanistan iran iraq syria jordan oman qatar bahrain kuwait yemen arabia
	emirates canada brazil brasil argentina chile peru colombia venezuela ecuador bolivia paraguay uruguay guatemala honduras nicaragua salvador
	panama cuba jamaica haiti dominican barbados bahamas trinidad australia zealand fiji samoa tonga vanuatu luxembourg malta monaco liechtenstein andorra
	barbuda nevis príncipe principe herzegovina grenadines caicos futuna miquelon rica leone ivoire grenada tobago tome tomé faso hungría
	greenland guyana suriname belize gabon congo mali niger chad somalia eritrea djibouti liberia guinea gambia togo benin maldives
	london birmingham manchester leeds liverpool sheffield bristol glasgow edinburgh cardiff belfast leicester coventry bradford nottingham
	newcastle sunderland brighton plymouth southampton portsmouth wolverhampton stoke derby norwich oxford cambridge ipswich exeter gloucester
	swansea aberdeen dundee peterborough luton croydon middlesbrough blackpool bournemouth swindon dublin cork galway limerick
	angeles chicago houston phoenix philadelphia antonio diego dallas austin jacksonville francisco columbus indianapolis charlotte seattle denver boston
	nashville detroit portland memphis louisville baltimore milwaukee albuquerque tucson fresno sacramento atlanta omaha raleigh miami
	oakland minneapolis tulsa tampa arlington orleans wichita cleveland bakersfield aurora anaheim honolulu riverside lexington stockton
	pittsburgh cincinnati anchorage greensboro plano newark lincoln orlando irvine toledo durham chandler laredo madison lubbock
	scottsdale reno buffalo gilbert glendale irving chesapeake fremont richmond spokane rochester syracuse hartford springfield brooklyn
	queens manhattan bronx vegas toronto montreal vancouver calgary ottawa edmonton winnipeg sydney melbourne brisbane perth adelaide auckland wellington
	mumbai delhi bangalore bengaluru hyderabad ahmedabad chennai kolkata surat pune jaipur lucknow kanpur nagpur indore thane bhopal
	visakhapatnam vizag patna vadodara ghaziabad ludhiana agra nashik faridabad meerut rajkot varanasi srinagar aurangabad dhanbad amritsar
	allahabad ranchi howrah coimbatore jabalpur gwalior vijayawada jodhpur madurai raipur kota guwahati chandigarh solapur hubli mysore mysuru
	tiruchirappalli trichy salem bareilly aligarh tiruppur tirupur gurgaon gurugram noida moradabad jalandhar bhubaneswar warangal guntur
	kochi cochin trivandrum thiruvananthapuram kozhikode calicut thrissur mangalore mangaluru nellore erode vellore tirunelveli thoothukudi
	karur theni dindigul thanjavur dehradun jammu udaipur ajmer secunderabad ooty
	berlin hamburg münchen munich köln cologne frankfurt stuttgart düsseldorf dortmund leipzig bremen dresden hannover nürnberg nuremberg
	duisburg bochum wuppertal bielefeld bonn münster karlsruhe mannheim augsburg wiesbaden potsdam weimar wien vienna salzburg graz linz zürich zurich
	genève geneva bern basel paris marseille lyon toulouse nantes strasbourg montpellier bordeaux lille rennes grenoble madrid barcelona
	valencia sevilla seville zaragoza málaga malaga bilbao alicante roma rome milano milan napoli naples torino turin palermo genova bologna firenze
	florence venezia venice verona amsterdam rotterdam utrecht eindhoven groningen haag brussels bruxelles antwerp antwerpen gent liège lisboa lisbon porto
	braga coimbra warszawa warsaw kraków krakow łódź wrocław poznań gdańsk lublin prague praha budapest bucharest sofia athens stockholm
	göteborg gothenburg malmö oslo bergen copenhagen helsinki reykjavik tallinn riga vilnius bratislava ljubljana zagreb belgrade
	istanbul moscow kyiv dubai karachi lahore dhaka colombo kathmandu singapore tokyo beijing shanghai jakarta manila bangkok lagos nairobi
	cairo johannesburg pretoria`)

// placeEnds are the ends of names of places that are no other words.
var placeEnds = []string{
	"palayam", "puram", "patti", "pettai", "nagar", "abad", "kulam", "kuppam", "halli", "palli", "pally", "wadi", "patnam", "mangalam", "pudur",
	"kudi", "khurd", "kalan", "garh", "ganj", "ville", "burgh", "shire", "chester", "cester", "borough", "minster", "ingham", "worth", "hausen",
	"dorf", "heim", "furt", "sund", "köping", "holm", "havn",
}

var (
	// houseNames are what the name of a house or a building ends with: "rose cottage", "sai residency".
	houseNames = wordsOf(`cottage house lodge villa villas farm farmhouse barn manor apartments apartment towers tower residency residence bhavan
		bhawan niwas nivas nilayam complex enclave bungalow rectory vicarage heights court mansion plaza chambers arcade building bldg society
		hostel quarters point park hall grange croft mill`)
	// besideWords bring in a landmark: "near the bus stand".
	besideWords = wordsOf("near nr opposite opp behind beside besides adjacent facing next above")
	// landmarks are what they bring in.
	landmarks = wordsOf(`temple school stand station church mosque masjid mandir gurudwara hospital park market mall college bank bridge theatre theater
		hotel pump circle signal junction depot stop tank ground stadium university library museum club gym bakery pharmacy supermarket court
		office garden gate tower towers plaza petrol metro bus railway police post playground cinema lake beach roundabout crossing flyover clinic
		hall factory mill mart store stores complex bunk shop`)
	// nearLinks stand before one.
	nearLinks = wordsOf("to the a of ki ke ka")
	// fillers mean nothing and may stand anywhere.
	fillers = wordsOf("uh um er erm ehm ähm äh euh eee yyy hum")
	// codeWords stand before a postcode within an address.
	codeWords = wordsOf("pin pincode postcode post postal zip zipcode plz code cp cap")
	// partWords join the parts of an address and end none.
	partWords = wordsOf("no number of the at and in on c o care corner off via village vill taluk tal district dist po ps post state city town pin code zip floor road street near opp")
	// leadIns stand before an address that was asked for.
	leadIns = wordsOf(`anyway see yes yeah yep yup ya ok okay sure right alright so well um uh er erm hmm oh ah actually please hi hello certainly it its it's s is was be
		that thats would that'll the our my me new current home full complete mailing billing delivery shipping postal permanent residential property
		work street first line address addresses adresse anschrift dirección i we am are m re ve live lives living at in on to for here you can send
		deliver ship and then of course no sorry thank thanks i'm reside stay staying moved from just now also will sir madam maam mam ja meine ist
		die oui mon est c sí mi es è il mio indirizzo ok
		think believe guess should could maybe probably possibly still used hang hold sec second bear with have got ve ll says letter mine same as before said told put`)
	// leadTo do so, unless an article follows.
	leadTo = wordsOf("an na nach")
	// leadTails are those that may belong to the address itself where a number follows.
	leadTails = wordsOf("no the")
	// toldWords are words for an address that one follows.
	toldWords = wordsOf("address adresse anschrift dirección direccion indirizzo adres adress addr wohnanschrift morada endereço domicilio")
	// toldLinks stand between such a word and the address.
	toldLinks = wordsOf("is still was are be will would as to now s being should ist lautet est es è é en jest är are here currently changed updated line 1 one")
	// noTold stand before such a word where it means no place.
	noTold = wordsOf("email e-mail mail ip mac web website url wallet bitcoin crypto host hardware network memory return")
	// townLinks stand within names of towns: "Ostrov nad Ohří".
	townLinks = wordsOf("u nad pod na v w im am an bei on upon le la")
	// telling say that an address follows: "located at"; venues do so with "at" or "is": "the venue is at".
	telling = wordsOf("located location address live lives living reside resides residing situated based")
	venues  = wordsOf(`venue find found property house apartment apartments home they place hotel theater theatre event stay staying meet meeting visit
		office offices restaurant arrived party concert`)
	// turnEnds may follow an address that ends a turn.
	bareEnds = wordsOf("thanks thank please sir madam maam mam danke bitte merci gracias grazie")
	turnEnds = wordsOf(`thanks thank please and but is that ok okay right yes sir madam maam mam so um uh my phone contact number ph mobile tel
		telephone cell call email if would can could what do did it i for or danke bitte merci gracias grazie`)
	// countedWords stand before a number that isn't that of a house: "exit 4 main road".
	countedWords = wordsOf("exit exits junction gate platform terminal bay option step level page lesson episode season")
	// militaryHeads and militaryPosts make up addresses of the US armed forces: "PSC 3, Box 1234, APO AP 96319".
	militaryHeads = wordsOf("psc cmr unit umr")
	militaryPosts = wordsOf("apo fpo dpo")
	// levels stand before or behind the number of a floor.
	levels = wordsOf("level floor flr lvl storey etage stock piso")
)

// gluedNot begin like a street word and are others.
var gluedNot = wordsOf(`streetcar streetcars streetlight streetlights streetwear streets streetcred roadside roadmap roadmaps roadblock roadblocks roadtrip
	roadworks roadwork roadshow roads roadway roadster driveway driveways drivers driver drives driven drivetrain driveshaft lanes avenues
	streetview streetfood roadrunner roadhouse roadie roadies`)
