package detectors

// foreignWords are words of calls in other languages than English that the tagger doesn't know: of orders and deliveries, payments,
// bookings, devices, and what one does with them. None is a frequent name.
const foreignWords = germanWords + " " + dutchWords + " " + portugueseWords + " " + spanishWords + " " + italianWords + " " + frenchWords + " " + polishWords + " " + hinglishWords + " " + smallForeign

const (
	// smallForeign are articles, prepositions and question words, and frequent words that lists of given names have.
	smallForeign = "dann davon darin davor jene wies eben landen dag durante esta sem dia vida zona assunto sera levar sai cai capa analisa azul gosto giusto parla mio bara denna sina nya ena ned ved hennes lilla sid antal veta " +
		"kya meri karna il lo gli una del della dello degli dei con per dove come quando perché au aux du une avec pour chez où quand com em na no às aos nos nas dos das onde quando " +
		"het een van naar op met voor waar wanneer hoe welke der die das dem den ein eine einen mit für von wo wann wie welche la las los unos unas con para donde dónde cuándo cómo dla przez gdzie kiedy jak"
	germanWords = "abholung anfrage angebot anmeldung anruf ansprechpartner anzahlung auftrag ausweis bankverbindung beleg bestellung bestätigung betrag beschwerde bringen bringt buchung datum dringend eingang ersatz erstattung " +
		"fehler filiale formular frage gebühr geburtsdatum gerät geschickt gutschein hausnummer helfen hilfe kasse kauf kennwort kommen kommt konto kosten kundin kundennummer kündigen kündigung ladung lieferung liefern mahnung " +
		"mailen mitarbeiter monat nachricht nachname namen nochmal nummer paket passwort postleitzahl preis problem prüfen quittung rechnung reservierung reservierten rückfrage rückgabe rückruf rufnummer schicken senden sendung " +
		"straße stuhl stühle stunde tabletten termin tisch tische überweisung umtausch unterlagen uhr uhrzeit verbinden vertrag versand verspätung vorname warten wohnung zahlung zahlen zurück zurückgeben zusenden"
	dutchWords = "aankoop aanvraag adres afspraak annuleren bedrag bellen bestellen bestelling betaling betalen bevestiging bezorgen bezorging bon breng brengen brengt datum doorverbinden factuur fout gebeld gegevens geleverd graag heen " +
		"heeft helpen hulp huisnummer kamer klacht klant klantnummer komen komt kosten kunnen leveren levering maand mailen mag mee melding naam nakijken neemt nodig nogmaals nummer ontvangen opzeggen pakket postcode prijs probleem rekening " +
		"retour reservering retourneren rijksregister stoel stoelen straat sturen stuur stuurt tafel tafels terug terugbetaling uur verbinden verlenging verzekering verzending voornaam vraag wachten wachtwoord wanneer wonende woonplaats zending"
	portugueseWords = "agendamento ajuda alterar apartamento aplicativo atendimento atraso boleto cadastro cadeira cadeiras cancelamento cancelar cartão celular cobrança compra comprovante conta confirmação confirmar consulta contrato demora " +
		"desconto devolução devolver dinheiro dúvida encomenda endereço entrega entregar enviar enviamos envio erro espera esperar estorno factura fatura gerente horário jantar loja mandar mensagem mesa mesas morada pagamento pagar " +
		"parcela pedido pedidos perda prazo preciso preço problema produto quarto rastreio recibo reclamação reembolso reserva reservar resgate saldo senha senhor senhora suporte telefone trazer traz troca trocar valor viagem"
	spanishWords = "agendar alquiler apartamento aplicación asiento asientos ayuda ayudar boleto cambiar cambio cancelar cita cliente cobro comida compra confirmación confirmar consulta contraseña contrato correo cuota cuenta demora descuento devolución " +
		"devolver dinero dirección entrega entregar enviar enviamos envío envían error esperar esperando factura fecha habitación hora horario llamada llamar llegar llega mandar mensaje mensualidad mesa mesas número pagar pago paquete pedido pedidos " +
		"plazo precio problema producto queja recibir recibo reclamo reclamación reembolso renta reserva reservación reservar saldo servicio señor señora silla sillas solicitud tarjeta tienda trae traer trámite viene venir"
	italianWords = "abbonamento acquisto addebito aiuto aiutare appuntamento arrivare aspettare aspetto assistenza bolletta bonifico camera cambiare cambio cancellare carta cliente codice cognome cena conferma confermare consegna consegnare consegniamo conto " +
		"contratto dati disdetta disdire errore fattura indirizzo inviare invio mandare mando manda mese messaggio modulo numero ordine ordinare ordini pacco pagamento pagare password porta portare prenotazione prenotare prezzo problema prodotto pronto " +
		"reclamo ricevuta ricevere richiesta rimborso ritardo scadenza sconto sedia sedie servizio spedire spedizione spedite tavolo tavoli telefono tessera venire viene"
	frenchWords = "abonnement achat acheter adresse aide aider annuler annulation appel appeler attente attendre attends bon carte chaise chaises chambre client colis commande commander compte confirmation contrat courrier date délai demande dépôt devis " +
		"dossier échange envoi envoyer envoyez erreur facture fournisseur heure heures livraison livrer livré message mois montant naissance nombre numéro paiement payer panne prénom prix problème produit reçu réclamation recevoir remboursement rembourser " +
		"rendez renvoyer réservation réserver retard retour retourner rappel rappeler service solde table tables téléphone virement voiture"
	polishWords = "adres anulować błąd cena czekać czekam dostawa dostawę dostarczyć dowód dzwonić faktura fakturę godzina hasło hotel klient klienta konto koszt krzesła krzeseł kwota miesiąc mieszkania nazwisko numer odbiór oddzwonić opłata paczka paczkę " +
		"paragon pieniądze płatność pokój pomoc pomóc potwierdzenie potwierdzić problem proszę przelew przesyłka przesyłkę przynieść pytanie rachunek reklamacja rezerwacja rezerwację rezerwacji rodzaj słucham sprawa sprawdzić stolik termin umowa usługa wiadomość " +
		"wizyta wysłać wysyłka zamówienie zamówienia zamówić zapłacić zwrot zwrotu zwrócić żądanie"
	hinglishWords = "aaj aana aayega aayegi aayenge abhi accha baat badalna bataiye batayein bata bhejein bhejiye bhejna bhej bhejo bijli bolo boliye chahiye dijiye dobara gayi galat ghar hafte hamara hua intezaar jaldi kab kahan karein kariye " +
		"kaun khata khatam khud kijiye koi kripya kuch kyon lagega madad mahina milega nahi nahin paisa paise paisey pareshani pata pichla poora purana puri rakam rasid ruka rupaye saaman samajh samasya sahi shikayat shuru theek tareekh turant vaapas " +
		"wapas wapsi yahan zaroori zyada adhura alag badal badla badli bahut bohot bhi chhota chhoti dikh dikha dikhta dikhti idhar iska itna kitna kyun lamba likha likhi likhna likhwana mera mujhe pehle phir poori rakha " +
		"sabse thoda thodi udhar uska wahan wala wali waisa yeh"
)
