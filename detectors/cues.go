package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// A cue is what a word says about the identifier near it. Cues are bits, so that a token carries all of its cues.
const (
	cueCard uint64 = 1 << iota
	cueCVV
	cueExpiry
	cuePhone
	cueCalling // words for it that also mean much else
	cueEmail
	cueSSN
	cueAadhaar
	cuePAN
	cueNINO
	cueBank
	cueAccount
	cueOrder
	cueIBAN
	cuePIN
	cueOTP
	cueBirth
	cueName
	cueAddress
	cuePostcode
	cueAge
	cueID    // identity documents and tax numbers of any country
	cueAnyID // "id" and the like, which logs say of everything
	cueIP
	cuePassword
	cueSecret
	cueSession

	// What speaks against an identifier.
	cueMetric
	cueTime
	cueMoney
	cueVersion

	// Words that mean something only beside another.
	wordCode
	wordSecurity
	wordSocial
	wordNational
	wordInsurance
	wordNumber
	wordKey
	wordAPI
	wordOne
	wordIs
	wordMonth
	wordAuth
	wordOrder // an order, not its number
	wordYear
	wordStreet   // behind the name of a street
	wordPlace    // the same, and means something else, too
	wordLead     // before the name of a street
	wordSoftLead // the same, and means something else, too
	wordUnit     // before the number of a flat
	wordGeo

	// Words that begin something themselves.
	wordBegin // of PEM
	wordBearer

	wordPhrase    // within a phrase; of no use to anything by itself
	wordPhraseEnd // at the end of one

	wordEnding // before the last digits of something: "ending in"
	wordSpell  // for spelling something
	wordAnswer // for the answer to a security question
	wordOther  // of a question for something else: "how many"
	wordUser   // for the name that somebody logs in with

	wordAround // of directions and of addresses without a street: "the corner of", "box 4"

	wordDoes // what somebody does, behind a name: "komt om negen"

	wordRelation // what somebody is to the one who speaks, before a name: "my wife"

	wordCompound // ends with the word for a street, in texts in which a number is said: no word of the lexicon
)

// cueNames name the cues up to cueVersion, in their order.
var cueNames = [...]string{
	"card", "cvv", "expiry", "phone", "calling", "email", "ssn", "aadhaar", "pan", "nino", "bank", "account", "order", "iban",
	"pin", "otp", "birth", "name", "address", "postcode", "age", "document", "id", "ip", "password", "secret", "session",
	"metric", "time", "money", "version",
}

const (
	// saysName are the bits of a phrase that a name follows and nothing else: "me llamo".
	saysName = wordRelation | wordDoes
	// cuesIdentifier are the cues for something that can be answered with an identifier.
	cuesIdentifier = cueSession<<1 - 1
	// cuesNumber are those whose answer is a run of digits of some length.
	cuesNumber = cueCard | cuePhone | cueSSN | cueAadhaar | cueBank | cueAccount | cueOrder | cueID | cueAnyID
	// cuesShort are those whose answer may be shorter.
	cuesShort = cuesNumber&^cuePhone | cuePostcode | cueBirth | wordOrder | cueCVV | cueExpiry | cuePIN | cueOTP | wordSecurity | wordSocial | wordOne
	// cuesAsked are what a question leaves behind for the turns after it.
	cuesAsked = cuesIdentifier | wordSpell | wordAnswer | wordEnding | wordUser
	// cuesAgainst make a number less likely to be personal.
	cuesAgainst = cueMetric | cueTime | cueMoney | cueVersion
	// wordsQuiet mean something only beside a number, and set nothing off.
	wordsQuiet = wordPhrase | wordYear | wordPlace | wordLead | wordSoftLead | wordUnit | wordAround | wordRelation
	// wordsAssigned are those that a value may be assigned to.
	wordsAssigned = cuePassword | cueSecret | cueSession | wordKey | wordAuth | wordAPI
)

// lexicon is every word that means something to a detector; a month is given by name, not by number. Words of several
// languages stand together: en, hi in Latin script, de, fr, es, it, nl.
var lexicon = []struct {
	bits  uint64
	words string
}{
	{cueCard, "karty kartę cartão kortnummer kort kártya карты card cards debit visa mastercard amex maestro rupay cc karte kreditkarte kartennummer carte tarjeta carta creditcard kaart ccnum cardno cardnumber cardnum"},
	{cueCVV, "cvv cvc cvv2 cvc2 csc cvn cv2 cav2 4dbc cryptogramme prüfnummer"},
	{cueExpiry, "expire expiry expires expiration exp expiring expirydate ablaufdatum caducidad scadenza"},
	{cuePhone, "전화번호 전화번호는 전화번호가 연락처 연락처는 휴대폰 핸드폰 telefonu telefoniczny komórkowy telemóvel telefone celular mobilnummer mobiltelefon telefonnummer телефон телефона मोबाइल फ़ोन फोन telefonszám phone phones telephone tel mobile cell cellphone whatsapp msisdn fax landline tél telefon telefonnummer handy handynummer téléphone telephonenumber portable telefono teléfono movil móvil cellulare telefoon mobiel phoneno mobileno phonenumber mobilenumber ani dnis cnam ouser verstat attest tn"},
	{cueCalling, "call calls callback caller callee callerid clid dnid dialing dialling dialed dialled contact reach ring dial text sms office desk answering answer orig dest reachable reached message messages registered connect speak"},
	{cueEmail, "email e-mail mail mailid emailid correo courriel posta mailto"},
	{cueSSN, "ssn itin sozialversicherungsnummer socialsecurity ssnumber"},
	{wordSocial, "social"},
	{cueAadhaar, "aadhaar aadhar adhar adhaar aadhaarno uidai"},
	{cuePAN, "pan pancard panno"},
	{cueNINO, "nino ni nationalinsurance"},
	{cueBank, "bvn nuban rekeningnummer conta konta bankkontonummer bank iban konto kontonummer bankkonto cuenta compte conto rekening"},
	{cueAccount, "patientennummer patiëntnummer polisnr nhc versicherungsnummer versichertennummer krankenversicherungsnummer polisnummer polizzennummer personalnummer matrikelnummer matricule matrícula matricola personeelsnummer studentnummer kundennummer kundenummer kundnummer kontonummer klienta klanta klantnummer klientnummer account accounts acct acc accountno accountnumber accountid policy member membership customer subscriber reference ref réf khata ucic cif mrn uhid mprn gprn mpan avios clubcard pac stac"},
	{cueOrder, "pnr awb orderid orderno ordernumber bookingid ticketid invoiceno bestellnummer auftragsnummer rechnungsnummer sendungsnummer buchungsnummer ticketnummer bestelnummer"},
	{wordOrder, "commande commandes pedido pedidos encomenda ordine ordini zamówienie zamówienia bestelling bestellung bestellungen paket colis paquete pakket przesyłka przesyłki paczka paczki paczkę pakke pakken ordre ordren pacco försändelse forsendelse beställning order orders booking reservation ticket case invoice tracking confirmation shipment parcel consignment claim complaint agreement"},
	{cueIBAN, "iban"},
	{cuePIN, "पिन pinkod pincode pinkode pin mpin tpin passcode"},
	{cueOTP, "puk otp totp 2fa mfa onetime verification"},
	{cueBirth, "nació nacio nasceu geb birthdates urodzenia urodzony urodzona urodziłem urodziłam urodzin nascimento nasci nascida nascido nací födelsedatum född fødselsdato fødselsdag født рождения родился родилась जन्म जन्मतिथि születési született dob bday birth birthday birthdate born dateofbirth geboren geburtsdatum geburtstag naissance né née nacimiento nacido nacida nascita nato nata geboortedatum janam janm"},
	{cueName, "forename prenom imie fornamn etternavn etunimi sukunimi jmeno prijmeni keresztnev vezeteknev imię imienia nazwisko nazwiska nazwiskiem imieniem prénom sobrenome apelido apellido apellidos cognome namn efternamn förnamn navn efternavn fornavn voornaam achternaam имя фамилия नाम név name surname firstname lastname fullname callername customername clientname contactname displayname calleridname username naam nome nom nombre vorname nachname"},
	{cueAddress, "adres adresu adress adresse cím адрес पता address addresses street adresse anschrift dirección indirizzo adres"},
	{cuePostcode, "pocztowy pocztowego postnummer irányítószám индекс postcode postcodes pcode zip zipcode postal postleitzahl plz pincode eircode psc kodepos"},
	{cueAge, "age aged alter edad età leeftijd umar umr ayu âge âgé âgée"},
	{cueID, "passport passports passeport reisepass pasaporte paspoort passaporto licence license identity idcard personalausweis ausweis ausweisnummer dni nie nif nss nir bsn tin tax taxpayer taxid steuer steuernummer steueridentifikationsnummer utr nhs voter epic epf uan gst gstin vat medicare driver driving drivers cpr sociale pesel cnp oib personnummer"},
	{cueAnyID, "id ids identifier identification"},
	{cueIP, "ip ips ipaddr ipaddress rhost host hostname addr src dst rip lip remote"},
	{cuePassword, "password passwd pwd requirepass masterauth passphrase pass passw pword pw psw pswd psk pgpassword dbpassword dbpasswd dbpass userpassword userpass mysqlpassword rootpassword adminpassword newpassword oldpassword currentpassword confirmpassword storepass keypass keystorepass smtppassword ftppassword ldappassword temppassword loginpassword authpass kennwort passwort contraseña motdepasse wachtwoord"},
	{cueSecret, "csrftoken xsrftoken creds secret secrets token tokens apikey accesskey secretkey accesstoken authtoken privatekey apitoken apisecret clientsecret refreshtoken idtoken credential credentials _authtoken"},
	{cueSession, "session sessionid sid jsessionid phpsessid cookie sessid"},
	{cueMetric, "seq ack bytes byte size len length port ports pid tid count counts total offset duration latency line lines rows row records mb gb kb ms ns seconds sec secs minutes hours days km kg litre litres liter liters grams megs gigs mbps percent page pages items units points steps iterations iops rps qps spt dpt ttl win window thread uptime partition code status errno inode"},
	{cueTime, "ts time timestamp epoch created updated date datetime expires_at iat nbf modified mtime ctime atime uniqueid linkedid since until at_ms unixtime started ended"},
	{cueMoney, "rs inr usd eur gbp rupees rupee dollars dollar euros euro pounds pound cents lakh lakhs crore crores million billion thousand hundred amount amounts price balance cost paid worth salary mrp bucks total credits"},
	{cueVersion, "windows macos firefox version ver v release build rev revision v1 v2 v3 upgrade upgraded downgrade firmware sdk patch"},
	{wordCode, "code codes"},
	{wordSecurity, "security"},
	{wordNational, "national"},
	{wordInsurance, "insurance"},
	{wordNumber, "number numbers no num nr value nummer numéro numero número # digits nambar"},
	{wordKey, "key keys passwords passphrases"},
	{wordAPI, "api access private signing encryption client auth"},
	{wordOne, "one"},
	{wordIs, "is was are were be hai ist est es é è je ir jest este"},
	{wordMonth, allMonths()},
	{wordYear, "year years yr yrs jahre jahren ans années años anos anni jaar saal sal varsh"},
	{wordStreet, streetWords + " " + devaStreets},
	{wordPlace, placeWords},
	{wordLead, leadWords},
	{wordSoftLead, softLeadWords},
	{wordUnit, unitWords + " " + devaUnits},
	{wordAround, aroundWords},
	{wordAuth, "authorization authorisation auth"},
	{wordGeo, "lat lon lng latitude longitude latlng latlon lonlat coords coordinates coordinate gps geo geolocation koordinaten coordonnées coordenadas breitengrad längengrad"},
	{wordSpell, "spell spelled spelt spelling spells buchstabieren buchstabiert épeler deletrear compitare spellen przeliterować soletrar"},
	{wordBegin, "begin"},
	{wordBearer, "bearer basic"},
	{wordRelation, "mr mrs grandson granddaughter grandfather grandmother stepdad stepmum wife husband son daughter sister brother mother father mum mom dad nan gran grandma grandad aunt uncle cousin niece nephew flatmate roommate mate friend partner neighbour neighbor colleague boss boyfriend girlfriend fiance stepson stepdaughter carer caretaker landlord landlady"},
	{wordUser, "username usernames benutzername benutzernamen anmeldename gebruikersnaam användarnamn brugernavn"},
}

// cuePhrases are what several words say together.
var cuePhrases = []struct {
	bits    uint64
	phrases string
}{
	{cueCVV, "código de segurança, código de seguridad, codice di sicurezza, code de sécurité, sicherheitscode, beveiligingscode, säkerhetskod, card verification value, card verification code, code de sécurité, código de seguridad, codice di sicurezza"},
	{cueCard, "how will you be paying, how are you paying, how would you like to pay, long number, long card number, big number, big long number, sixteen digits, sixteen digit number, número de tarjeta, numéro de carte, numero di carta, numero della carta"},
	{cueNINO, "n i number, n i no"},
	{cueName, "who am i speaking, who am i talking, who i'm speaking, who i'm talking, who's calling, who is calling, who's speaking, who is speaking"},
	{cuePhone, "caller number, caller num, caller id number, caller id num, callerid num, callerid number, callee number, callee num, callee id number, calling number, calling party number, called number, called party number, destination number, dialed number, dialled number, redirecting number, connected number, mi chiami al, appelez le, appelez moi au, llame al, llámeme al, rufen sie mich an, bel me op, bel mij op, ring mig på, area code, callback number, call back number, number to call, number to reach, number for you, number for the driver, number to ring, ring me on, text me on, landline number, contact number, mobile number, numéro de téléphone, número de teléfono, numero di telefono, contact no, mob no, call me on, call me at, reach me on, reach me at, call me back on, numero di cellulare"},
	{cueBirth, "d.o.b, date of birth, fecha de nacimiento, date de naissance, data di nascita, né le, née le, nato il, nata il, f nac, fec nac, fecha nac, geb datum, date naiss, data nasc, data ur, data nac, född den, født den, born on, janam tithi, date of birth is"},
	{cuePhone, "calling from, daytime number, evening number, alternative number, alternate number, another number, second number, home number, work number, direct line, direct dial, main line, office line, home line, work line, private line, phone line"},
	{cuePassword, "temporary one, provisional one, una provisional, una provvisoria, una temporanea, uma provisória, uma temporária, ein vorläufiges, ein temporäres, un provisoire, een tijdelijk, tymczasowe, wi fi code, wifi code, wi fi key, wifi key, network key, router key, wireless key"},
	{cueBirth, "dee oh bee"},
	{cueID, "mac address, mac id, hardware address, ethernet address, serial number, serial no, serial num, laptop serial, device serial, router serial, tablet serial, phone serial, meter serial, door fob, key fob, asset tag, asset number, asset no, s n, seriennummer, serien nr, serienummer, serienr, numéro de série, n de série, número de serie, n de serie, numero di serie, número de série, numer seryjny, nr seryjny"},
	{cueAccount, "gmc, hospital number, hospital no, hosp number, hosp no, clinic number, gmc number, gmc no, gmc ref, nmc pin, nmc number, gphc number, hcpc number, member id, member number, numéro d'assuré, número de póliza, numero di polizza, numer polisy, patient number, patient no, patient id, numéro de patient, número de paciente, historia clínica, contract number, contract no, contrat n, numéro de contrat, número de contrato, contrato n, contrato nº, numero contratto, contratto n, umowa nr, numer umowy, employee id, employee number, employee no, staff id, staff number, staff no, student id, student number, student no, badge id, badge number, personnel number, personnel no, payroll number, payroll id, bar no, bar number, collar number, badge no, badge n, n de badge, numéro de badge, número de tarjeta de empleado, meter no, meter nr, zähler nr, n de compteur, compteur n, contador n, contatore n, mitarbeiter nr, personal nr, worker id, numéro d'employé, número de empleado, número de estudiante, numero dipendente, numer pracownika, numer albumu, pac code, stac code, porting code, porting authorisation code, porting authorization code, switching code, matching id, frequent flyer, loyalty number, loyalty card, meter number, customer number, client number, numéro client, número de cliente, numero cliente"},
	{cueOrder, "order number, order no, order id, order code, order reference, order ref, order num, booking number, booking no, booking id, booking code, booking reference, booking ref, reservation number, reservation code, reservation id, reservation no, ticket number, ticket no, ticket id, case number, case no, case id, case reference, invoice number, invoice no, invoice id, tracking number, tracking no, tracking id, tracking code, confirmation number, confirmation no, confirmation code, confirmation id, booking confirmation, shipment number, shipment id, parcel number, parcel id, consignment number, claim number, claim no, claim id, complaint number, complaint id, complaint no, numéro de commande, número de pedido, numero ordine, numero d'ordine"},
	{cueEmail, "which inbox, what inbox, your inbox, send the receipt, send your receipt, send the confirmation, send your confirmation, send the invoice, bestätigung mailen, rechnung mailen, beleg mailen, zumailen, envoyer le reçu, envoyer la facture, envoyer la confirmation, enviar el recibo, enviar la factura, enviar la confirmación, mando la ricevuta, invio la ricevuta, mando la fattura, invio la conferma, envio o recibo, enviar o recibo, envio a fatura, envio a confirmação, bon heen, bon sturen, bon mailen, bevestiging mailen, wysłać potwierdzenie, wysłać paragon, wysłać fakturę"},
	{cueAge, "how old, wie alt, quel âge, cuántos años, quanti anni, hoe oud, kitne saal"},
	{cueAddress, "what three words, what 3 words, where do you live, where are you living, where should we send, where should we deliver, where shall we send, where shall we deliver, where do we deliver, where are we delivering, where shall i send, where should i send, where do i send, where am i sending, where is it going, where's it going, where do you want it delivered, where do you want it sent, where would you like it delivered, where would you like it sent, where can we deliver, where to deliver, where can the driver find you, whereabouts are you, where abouts are you, delivery kahan, kahan chahiye, kahan dena hai, kahan par bhej, where do you stay, picking up from, pick you up from, picking you up from, collecting from, collect from, house number, street name, name of the street, first line of, wohin sollen wir liefern, wohin liefern wir, wohin geht die lieferung, dónde lo entregamos, dónde entregamos, dónde se lo enviamos, dónde lo enviamos, dove consegniamo, dove lo consegniamo, dove spediamo, dove lo mandiamo, onde entregamos, para onde enviamos, onde é a entrega, livre où, on vous livre où, où livrer, où est ce qu'on livre, livrons où, waar bezorgen we, waar bezorgen, waar moeten we bezorgen, waar leveren we, waar sturen we, gdzie dostarczyć, gdzie mamy dostarczyć, dokąd wysłać, kahan bhejein, kahan bhejen, kahan bhejna, kahan bhejun, kahan deliver, kaha bhejna, kahan rehte, kahan pahunchana, wo wohnen sie, wo wohnst du, dónde vive, donde vive, dove abita, onde mora, où habitez vous, waar woont u, gdzie pan mieszka, gdzie pani mieszka, ghar ka pata, pura pata, located at, live at, lives at, living at, reside at, residing at"},
	{cuePostcode, "il cap, codice cap, cap è, post code, post codes, code postal, código postal, codice postale, codice avviamento postale, pin code, zip code"},
	{cueBank, "bank verification number, bvn number, bank account, compte bancaire, cuenta bancaria, conto bancario, conto corrente"},
	{wordEnding, "it ends, ends, last digits are, end in, ending in, ending with, ends in, ends with, ending, ended in, last four, last 4, last three, last 3, last two, last 2, last few digits, last digits, final four, final digits, finishing in, finishes with"},
	{wordAnswer, "maiden name, security phrase, security word, code word, memorable thing, memorable date, memorable phrase, memorable event, safe word, memorable word, memorable name, memorable place, memorable information, security question, security answer, secret word, secret answer, secret question, first pet, favourite teacher, favorite teacher, name of your first school, first school, passphrase, the pet you had, name of the pet, name of your pet, your pet's name, childhood pet, favourite film, favourite movie, favourite book, favourite colour, favorite movie, favorite book, favorite color, favourite team, favorite team, childhood nickname, childhood friend, best friend at school, street you grew up on, first car, city of birth, town of birth, city were you born, town were you born, where you were born"},
	{wordUser, "what is the login, what's the login, whats the login, is the admin login, what's the admin login, is the root login, is the router login, user name, user names, you log in with, you login with, you sign in with, you log in as, sign in name, signin name, login name, log in name, logon name, screen name, account name, user id, your login, my login, and the login, the login please, login please, which login, what login, login is, twitter handle, instagram handle, insta handle, social handle, github handle, gitlab handle, slack handle, discord handle, skype name, skype id, gamer tag, discord name, discord tag, snapchat name, login id, logged in as, log in as, signed in as, sign in as, nom d'utilisateur, nombre de usuario, nome utente, nome de utilizador, nome de usuário, nazwa użytkownika, nazwę użytkownika"},
	{wordOther, "how many, how much, how long, how often, how far, what time, which day, what day, which plan, what size, how big, what colour, meter reading, meter readings, a reading, the reading, reading on the, der stand, zählerstand, la lettura, lettura del contatore, relevé du compteur, lectura del contador, odczyt licznika, meterstand, leitura do contador, make and model, which model, what model"},
	{saysName, "attention of"},
	{cueBank, "and the sort, the sort please"},
	{cueCVV, "number on the back, number behind, three on the back, three on the strip, on the signature strip, next to the signature, by the signature, beside the signature, three from the back"},
	{cueExpiry, "does it run out, valid to, valid till, valid until, valid through, valid thru, good thru, card run out, card runs out"},
	{cuePIN, "buzzer, keysafe, key safe, lockbox, lock box, access code, gate code, entry code, entrance code, door code, keypad code, alarm code, key safe code, lockbox code, lock box code, lockbox combination, safe combination"},
	{cueOTP, "just texted, just text you, code did you get, code you got, authentication code, authenticator code, factor code, received the code, receive the code, got the code, get the code, got a code, code i have, code i've got, code you have, asked for the code, asked me for the code, asking for the code, wanted the code, code come through, code came through, code has arrived, code arrived, the code already"},
	{cueCVV, "digits on the back, digit on the back, digits on the front, digit security code, signature strip, on the back of the card, on the back of your card, digit code, c v v, c v c, code on the back"},
	{cueOTP, "o t p, code we sent, code i sent, code we've sent, code i've sent, code i just sent, code we just sent, texted you a code, sent you a code, code from the text, code in the text"},
	{cueOTP, "one time password, one time code, one time passcode, verification code, código de verificación, code de vérification, codice di verifica"},
}

// cue is what token i says, its neighbours considered: "security code" is a CVV, "pin code" a postcode.
func (p *pass) cue(i int) uint64 {
	m := p.meaning(i)
	return m.bits
}

// meaning is what token i says, as a word and as the last word of a phrase.
func (p *pass) meaning(i int) (m meaning) {
	t := &p.text.Tokens[i]
	if t.Bits == 0 {
		if t.Shape&(scan.Upper|scan.Lower|scan.Digit) == scan.Upper|scan.Lower && hasHump(p.bytesOf(t)) {
			return p.set.nameMeaning(p.bytesOf(t))
		}
		return m
	}
	const joined = wordSecurity | wordCode | wordInsurance | wordSocial | wordAPI | wordKey | wordAuth |
		cuePIN | cueCard | cuePassword | cuePAN | cueBank
	m = meaning{t.Bits, [2]uint16{t.Topic}}
	if m.bits&joined != 0 {
		m.bits = joinCues(p.bitsAt(i-2), p.bitsAt(i-1), m.bits, p.bitsAt(i+1))
		if m.bits&cuePassword != 0 && i > 0 && t.Len() == len("pass") && p.between(i-1) == gapSpace && p.is(i-1, &passKinds) {
			m.bits &^= cuePassword
		}
	}
	if m.bits&cueEmail != 0 && p.is(i-1, &carriers) {
		m.bits &^= cueEmail
	}
	if t.Bits&wordPhraseEnd != 0 {
		h := phraseHash(0, t.Hash)
		for k := i - 1; k >= 0 && k > i-phraseWords && p.text.Tokens[k].Bits&wordPhrase != 0; k-- {
			h = phraseHash(h, p.text.Tokens[k].Hash)
			if said := p.set.phrases.find(h); said != nil {
				m.join(*said)
			}
		}
	}
	return m
}

// carriers stand before "mail" where it is on paper, or spoken.
var carriers = wordsOf("royal voice direct snail registered certified air junk")

// passKinds stand before "pass" where it is a piece of paper.
var passKinds = wordsOf("boarding bus rail train tram travel day season parking gate visitor guest ski lift festival hall press museum")

// joinCues is what a word with those bits says between its neighbours.
func joinCues(before2, before, bits, after uint64) uint64 {
	switch {
	case bits&wordSecurity != 0 && before&wordSocial != 0:
		return cueSSN
	case bits&wordSecurity != 0 && after&(wordCode|wordNumber) != 0:
		return cueCVV
	case bits&wordCode != 0 && before&wordSecurity != 0:
		return cueCVV
	case bits&wordCode != 0 && before&(cueOTP|wordOne|wordAuth) != 0:
		return cueOTP
	case bits&wordCode != 0 && before&(cuePostcode|cuePIN) != 0, bits&cuePIN != 0 && after&wordCode != 0:
		return cuePostcode | before&cuePIN | bits&cuePIN // "pin code" is either
	case bits&wordSocial != 0 && after&wordSecurity == 0:
		return cueSSN
	case bits&wordInsurance != 0 && before&wordNational != 0:
		return cueNINO
	case bits&wordInsurance != 0 && after&(wordNumber|cueAnyID) != 0:
		return bits | cueAccount
	case bits&(cuePIN|cuePassword) != 0 && before&cueTime != 0 && before2&wordOne != 0:
		return cueOTP
	case bits&wordKey != 0 && before&(wordAPI|cueSecret) != 0, bits&(wordAPI|wordAuth) != 0 && after&(wordKey|cueSecret) != 0:
		return cueSecret
	case bits&cueCard != 0 && before&(cueID|cueAnyID|cueAadhaar|cuePAN) != 0:
		return before&(cueAadhaar|cuePAN) | cueID
	}
	return bits
}

func (p *pass) bitsAt(i int) uint64 {
	if i < 0 || i >= len(p.text.Tokens) || p.isInert(int(p.text.Tokens[i].Start)) {
		return 0
	}
	return p.text.Tokens[i].Bits
}

// hasHump says whether there is a capital behind the first letter of a name.
func hasHump(name []byte) bool {
	for _, c := range name[1:] {
		if c >= 'A' && c <= 'Z' {
			return true
		}
	}
	return false
}

// camelBreak says whether a part of a camel-case name begins at i: "userSsn", "userSSN", "SSNValue".
func camelBreak(name []byte, i int) bool {
	upper := func(k int) bool { return name[k] >= 'A' && name[k] <= 'Z' }
	return upper(i) && (!upper(i-1) || i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z')
}

// pathMeaning is what a field's path says, split at everything but letters and digits and at humps. The last name says
// what a field holds, and the one before it where the last is "number", "id" or the like.
func (t *tables) pathMeaning(path []byte) (m meaning) {
	for end := len(path); end > 0; {
		start := end
		for start > 0 && path[start-1] != '.' && path[start-1] != '/' {
			start--
		}
		m.join(t.nameMeaning(path[start:end]))
		if m.bits&^(wordNumber|cueAnyID|wordPhrase|wordPhraseEnd) != 0 || m.bits == 0 {
			break
		}
		end = start - 1
	}
	m.bits &^= cueAnyID | cueCalling | wordBegin | wordBearer
	return m
}

// nameMeaning is what the parts of a name say: cardNumber, user_ssn, SSNValue.
func (t *tables) nameMeaning(name []byte) (m meaning) {
	var last [phraseWords]scan.Token // the latest first
	for i := 0; i < len(name); {
		if !scan.IsWordByte(name[i]) {
			i++
			continue
		}
		start := i
		for i++; i < len(name) && scan.IsWordByte(name[i]) && !camelBreak(name, i); i++ {
		}
		copy(last[1:], last[:])
		last[0] = t.lexicon.Lookup(name[start:i])
		m.join(meaning{joinCues(last[2].Bits, last[1].Bits, last[0].Bits, 0), [2]uint16{last[0].Topic}})
		h := phraseHash(0, last[0].Hash)
		for k := 1; k < phraseWords && last[0].Bits&wordPhraseEnd != 0 && last[k].Bits&wordPhrase != 0; k++ {
			h = phraseHash(h, last[k].Hash)
			if said := t.phrases.find(h); said != nil {
				m.join(*said)
			}
		}
	}
	return m
}

// context is the cues round a place, by distance.
type context struct {
	near uint64 // within three words, or the field's name
	mid  uint64 // within six
	far  uint64 // within twelve
	next uint64 // the word right before or right after

	topics [topicsMax]told
	n      int // of topics
}

// told is a topic with what a word about it adds at its distance.
type told struct {
	topic uint16
	boost float32
}

// How many words away a cue still counts. Behind the region none counts as far.
const (
	nearWords = 3
	midWords  = 6
	farWords  = 12
)

// What a cue adds to a score at each distance.
const (
	nearBoost = 0.4
	midBoost  = 0.3
	farBoost  = 0.15
	soleBoost = 0.05 // more, where the words are about one type only: "bulgarian passport"
)

// around gathers the context of the region that tokens first to last make up. It reaches over no finding and no alias:
// what stands beyond belongs to those, and redacting them must not bring a word nearer. A plain number's reaches over
// dates and ages.
func (p *pass) around(first, last int) (c context) {
	c.near = p.path.bits
	c.noteTopics(p.path.topics, nearBoost)
	for i, words := first-1, 1; i >= 0 && words <= farWords; i, words = i-1, words+1 {
		t := &p.text.Tokens[i]
		if p.through {
			if k, end, ok := p.keptAt(i); ok {
				if i = k; p.sentenceEnds(end) {
					words += 2
				}
				continue
			}
		}
		if int(t.Start) < p.barrier || p.isInert(int(t.Start)) {
			break
		}
		if p.sentenceEnds(int(t.End)) && !p.is(i, &numberShort) {
			words += 2
		}
		m := p.meaning(i)
		if words > 1 && t.Bits&^(wordPhrase|wordPhraseEnd) == 0 && p.is(i, &relative) {
			words-- // "the account number that i have here is"
			if m.bits&^wordsQuiet == 0 {
				continue
			}
		}
		c.note(m, words)
		if i == first-1 {
			c.next = m.bits
		}
	}
	for i, words := last+1, 2; i < len(p.text.Tokens); i, words = i+1, words+1 {
		t := &p.text.Tokens[i]
		if words > midWords && (words > midWords+phraseWords || p.text.Tokens[i-1].Bits&wordPhrase == 0) {
			break // too far, and not within a phrase that began before
		}
		if !t.IsWord() || p.isInert(int(t.Start)) || p.clauseEnds(int(p.text.Tokens[i-1].End), int(t.Start)) || p.at(int(t.End)) == '=' {
			break
		}
		if t.Bits&cueID != 0 && p.is(i, &plateWord) && i == last+1 && p.text.Tokens[last].IsNumber() {
			break // "a 2015 plate": the year of a car
		}
		m := p.meaning(i)
		c.note(m, min(words, midWords))
		if i == last+1 {
			c.next |= m.bits
		}
	}
	return c
}

var plateWord = wordsOf("plate")

// numberShort are words for a number that are shortened with a full stop.
var numberShort = wordsOf("no nr num nº ref réf")

// relative are words of a clause between a word and what it is about that don't count.
var relative = wordsOf("that which have here got")

func (c *context) note(m meaning, words int) {
	boost := float32(nearBoost)
	switch {
	case words <= nearWords:
		c.near |= m.bits
	case words <= midWords:
		c.mid |= m.bits
		boost = midBoost
	default:
		c.far |= m.bits
		boost = farBoost
	}
	c.noteTopics(m.topics, boost)
}

func (c *context) noteTopics(topics [2]uint16, boost float32) {
	for _, t := range topics {
		if t != 0 && c.n < topicsMax {
			c.topics[c.n] = told{t, boost}
			c.n++
		}
	}
}

// isTold says whether a word right beside is about a type.
func (c *context) isTold() bool {
	for _, x := range c.topics[:c.n] {
		if x.boost >= nearBoost {
			return true
		}
	}
	return false
}

// boostFor is what the context adds for the words about a type.
func (c *context) boostFor(kind Type, t *tables) (boost float32) {
	for _, x := range c.topics[:c.n] {
		if !t.topics[x.topic].has(kind) {
			continue
		}
		if t.sole[x.topic] {
			x.boost += soleBoost
		}
		boost = max(boost, x.boost)
	}
	return boost
}

// boost is what the context adds for any of the cues: it decays with distance.
func (c *context) boost(cues uint64) float32 {
	switch {
	case c.near&cues != 0:
		return nearBoost
	case c.mid&cues != 0:
		return midBoost
	case c.far&cues != 0:
		return farBoost
	}
	return 0
}

// sentenceEnds says whether a sentence ends at i.
func (p *pass) sentenceEnds(i int) bool {
	c := p.at(i)
	return (c == '.' || c == '?' || c == '!') && scan.IsSpace(p.at(i+1))
}

// clauseEnds says whether a sentence or a part of one ends between two words.
func (p *pass) clauseEnds(from, to int) bool {
	for _, c := range p.b[from:min(to, from+4)] {
		switch c {
		case ',', ';', ')', ']', '}', '|', '[', '{', '\n':
			return true
		}
	}
	return p.sentenceEnds(from)
}
