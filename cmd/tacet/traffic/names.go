package traffic

// origin is a set of names that go together. The persons put together from them are invented.
type origin struct{ first, last []string }

var origins = []origin{
	{words("Oliver Amelia Harry Grace Will Mark Ruby Arthur Poppy Rose Faith Frank Hope Jack Lily Dean"), words("Whitcombe Ashdown Pemberly Thackery Hargreave Lockyer Penrose Stavely Brook Marsh Reading Bath Young Price Winterbourne Okehurst")},
	{words("Madison Tyler Brooke Hunter Chase Skyler Austin Savannah Mason Paige Logan Autumn Drew Summer"), words("Castleton Merriweather Holloway Dunmore Birchfield Ransome Kingsley Teller Banks Waters Grant Bishop Fairbank Oakes")},
	{words("Aoife Cillian Niamh Eoin Saoirse Padraig Roisin Declan Siobhan Fionn"), words("O'Dalaigh McGarrigle Ni-Bhriain Fogarty O'Mahony Scanlon Tierney Mac-Conmara Gilroy Quilty")},
	{words("Ananya Rohan Priya Arjun Kavya Vikram Meera Siddharth Isha Karthik Lakshmi Rahul Divya Sanjay"), words("Venkataraman Deshpande Iyengar Chattopadhyay Raghunathan Bhattacharya Kulkarni Subramaniam Trivedi Nambiar Ghoshal Malhotra Saxena Pillai")},
	{words("Ayesha Imran Zainab Faisal Sana Bilal Hira Usman Mariam Hamza"), words("Qureshi Siddiqui Chaudhry Hashmi Ansari Mirza Baig Farooqui Rizvi Sheikh")},
	{words("Harpreet Gurdeep Jasleen Manjit Simran Balwinder Amrit Kulwant"), words("Dhillon Grewal Sandhu Bhullar Sekhon Randhawa Gill Toor")},
	{words("Wei Xiu Ling Jun Mei Hao Yan Bo Fang Lei"), words("Zhang Ouyang Xiong Cheung Sima Kwok Leung Qiu Tse Fan")},
	{words("Chidinma Oluwaseun Ngozi Emeka Adaeze Tunde Folake Ikenna Yetunde Obinna"), words("Okonkwo Adeyemi Nwachukwu Balogun Ezeudu Oyelaran Afolabi Umeh Ogunleye Chukwuma")},
	{words("Agnieszka Zbigniew Małgorzata Wojciech Katarzyna Łukasz Beata Grzegorz"), words("Wiśniewska Kowalczyk Szymański Brzęczyszczyk Dąbrowski Zielińska Krawczyk Wójcik")},
	{words("Jürgen Anneliese Günther Heike Sören Ulrike Björn Käthe Lothar Friederike"), words("Müllersdorf Schönfeld Weißkopf Brandstätter Kästner Oberländer Grünwald Bärmann Vogelsang Steinhäuser")},
	{words("Élodie Baptiste Solène Thibault Margaux Gaël Maëlle Corentin Océane Loïc"), words("Beauchêne Lacroisière Desrosiers Maréchaud Fontvieille Granger Thévenot Boisclair Lemaître Aubrac")},
	{words("Íñigo Marisol Joaquín Lucía Rocío Andrés Ximena Álvaro Begoña Tomás"), words("Echeverría Montenegro Quiñones Villalobos Zubizarreta Peñalver Arriaga Cifuentes Ibáñez Saavedra")},
	{words("Layla Tariq Noor Khalid Yasmin Omar Rania Samir"), words("Al-Masri Haddad Benali Mansour El-Sayed Khoury Nasser Bouzid")},
	{words("Minh Linh Thuy Quang Haruka Kenji Sakura Daichi Jiho Minseo"), words("Nguyen Pham Truong Takahashi Watanabe Fujimoto Kobayashi Hwang Seo Yoon")},
}

var (
	streets = words("Maple Willowbrook Larkspur Juniper Copperfield Thornbury Kestrel Bramblewood Foxglove Harrowgate Saddlers Primrose Quarry Millpond " +
		"Cobblestone Heather Sycamore Gaslight Orchard Lantern Wren Beechwood Tannery Marigold")
	streetKinds = words("Street Road Lane Avenue Close Drive Court Way Crescent Terrace")
	flats       = []string{"", "", "", "Flat 2, ", "Apartment 4B, ", "Flat 11, "}
	orgs        = []string{"Larkspur Dental", "Brightmoor Insurance", "Copperfield & Sons", "Nimbus Freight", "Halcyon Gas", "Orchard Lettings", "Kestrel Mobile",
		"Tannery Kitchens", "Millpond Vets", "Saddlers Credit Union"}
)

// country is where a caller lives: the shapes of numbers follow from it.
type country struct {
	code, postcode string
	cities         []string
	phones         []string // a run of x is drawn
	zips           []string // x a digit, y a letter
	ibans          []string
}

// countries hold numbers that nobody has. Phones: Ofcom's numbers for drama (07700 900, 020 7946 0, 0117 496 0), 555-01xx of the North
// American numbering plan, the numbers for films of Arcep and of the Bundesnetzagentur. India has no such range, so callers there
// phone from abroad. IBANs: the examples of the SWIFT registry.
var countries = []country{
	{"uk", "POSTCODE", words("Manchester Bristol Leeds Cardiff Glasgow Reading Bath Norwich York Exeter"),
		[]string{"07700 900xxx", "+44 7700 900xxx", "020 7946 0xxx", "0117 496 0xxx"},
		[]string{"Mx xyy", "BSx xyy", "LSxx xyy", "CFxx xyy", "Gx xyy", "SWxy xyy", "NRx xyy"},
		[]string{"GB29NWBK60161331926819", "GB33BUKB20201555555555"}},
	{"us", "POSTCODE", words("Denver Phoenix Portland Austin Tampa Boise Omaha Raleigh Tucson Dayton"),
		[]string{"(303) 555-01xx", "602-555-01xx", "+1 503 555 01xx", "512.555.01xx"}, []string{"802xx", "850xx", "972xx", "787xx-xxxx"}, nil},
	{"in", "POSTCODE", words("Pune Chennai Jaipur Kochi Lucknow Indore Mysuru Nagpur Surat Bhopal"),
		[]string{"+44 7700 900xxx", "+1 503 555 01xx"}, []string{"4110xx", "6000xx", "3020xx", "6820 xx"}, nil},
	{"de", "POSTCODE", words("Hamburg Leipzig Bremen Kassel Dortmund Rostock Ulm Mainz"),
		[]string{"030 23125xxx", "+49 30 23125xxx", "0171 39200xx"}, []string{"2009x", "0410x", "2819x", "3411x"}, []string{"DE89370400440532013000"}},
	{"fr", "POSTCODE", words("Lyon Nantes Rennes Lille Dijon Angers Nancy Tours"),
		[]string{"06 39 98 xx xx", "+33 6 39 98 xx xx", "01 99 00 xx xx"}, []string{"6900x", "4400x", "3500x", "5900x"}, []string{"FR1420041010050500013M02606"}},
}

var (
	// Test numbers that card schemes and payment providers publish.
	cards = words("4111111111111111 4242424242424242 4012888888881881 5555555555554444 5105105105105100 2223003122003222 " +
		"6011111111111117 6011000990139424 3530111333300000 378282246310005 371449635398431 30569309025904 38520000023237")
	// Numbers for testing that UIDAI publishes.
	aadhaars = words("999941057058 999971658847 999933119405 999955183433 999990501894 999999990019")
	// Sort codes and accounts of the specification of modulus checking (Vocalink).
	accounts = []string{"08-99-99 66374958", "10-79-99 88837491", "20-29-59 63748472"}
	// Specimens of the Bundeszentralamt für Steuern, and of carte Vitale.
	taxIDs = words("86095742719 47036892816 65929970489 57549285017")
	nirs   = words("255081416802538 184127645108946")
)
