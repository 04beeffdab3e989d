package detectors

// foreignWords are words of calls in other languages than English that the tagger doesn't know: of orders and deliveries, payments,
// bookings, devices, and what one does with them (the lines no-name of languages/), and articles, prepositions, question words, and
// frequent words that lists of given names have. None is a frequent name.
func foreignWords() string {
	return said("no-name", "") + "dann davon darin davor jene wies eben landen dag durante esta sem dia vida zona assunto sera levar sai cai capa analisa azul gosto giusto parla mio bara denna sina nya " +
		"ena ned ved hennes lilla sid antal veta kya meri karna il lo gli una del della dello degli dei con per dove come quando perché au aux du une avec pour chez où quand com " +
		"em na no às aos nos nas dos das onde quando het een van naar op met voor waar wanneer hoe welke der die das dem den ein eine einen mit für von wo wann wie welche la las " +
		"los unos unas con para donde dónde cuándo cómo dla przez gdzie kiedy jak mínusz milliárd angol fontot perccel"
}
