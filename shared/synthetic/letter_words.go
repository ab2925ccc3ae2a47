//nolint:misspell // the texts are in five languages
package synthetic

// matter is what a letter is about. In texts {d} is a date, {n} a number, {m} an amount, {c} the recipient's firm and {p} a product.
type matter struct {
	subject string
	body    []string // paragraphs; the middle ones may be left out
}

// letterWords are the parts of letters.
type letterWords struct {
	madam, sir, unknown string // salutations; {n} is the family name
	closings            []string
	subject, enclosure  string
	matters             []matter
	fillers             []string // may follow any paragraph
	roles               []string
}

func letterWordsOf(lang string) *letterWords {
	switch lang {
	case "de":
		return &letterWords{madam: "Sehr geehrte Frau {n},", sir: "Sehr geehrter Herr {n},", unknown: "Sehr geehrte Damen und Herren,", closings: []string{"Mit freundlichen Grüßen", "Freundliche Grüße", "Mit besten Grüßen"}, subject: "Betreff", enclosure: "Anlage",
			roles: []string{"Geschäftsführerin", "Leiter Vertrieb", "Sachbearbeitung", "Kundenservice", "Personalabteilung", "i. A."},
			matters: []matter{
				{"Kündigung des Vertrags Nr. {n}", []string{"hiermit kündige ich den oben genannten Vertrag fristgerecht zum {d}.", "Bitte bestätigen Sie mir den Eingang dieses Schreibens und das Datum, an dem der Vertrag endet, schriftlich.", "Eine bereits erteilte Einzugsermächtigung widerrufe ich zum gleichen Zeitpunkt. Sollte noch ein Guthaben bestehen, bitte ich um Überweisung auf das bekannte Konto.", "Für die gute Betreuung in den vergangenen Jahren danke ich Ihnen."}},
				{"Einladung zum Informationsabend", []string{"wir laden Sie herzlich zu unserem Informationsabend am {d} ein.", "An diesem Abend stellen wir die Pläne für den Umbau des Standorts vor und beantworten Ihre Fragen. Für einen kleinen Imbiss ist gesorgt.", "Damit wir planen können, bitten wir um eine kurze Rückmeldung bis zehn Tage vor der Veranstaltung.", "Wir freuen uns auf anregende Gespräche."}},
				{"Ihre Reklamation vom {d}", []string{"vielen Dank für Ihr Schreiben. Wir bedauern, dass die gelieferte Ware Anlass zur Beanstandung gab.", "Unsere Prüfung hat ergeben, dass bei der Verpackung ein Fehler unterlaufen ist. Selbstverständlich tauschen wir die betroffenen {n} Teile kostenlos aus.", "Die Ersatzlieferung verlässt unser Lager noch in dieser Woche. Die beschädigten Stücke holt der Spediteur bei dieser Gelegenheit ab.", "Für die entstandenen Unannehmlichkeiten bitten wir um Entschuldigung."}},
				{"Anpassung der Miete", []string{"die Miete für Ihre Wohnung wurde zuletzt vor mehr als drei Jahren angepasst. Seitdem sind die ortsüblichen Vergleichsmieten deutlich gestiegen.", "Wir bitten Sie daher, einer Erhöhung auf {m} monatlich ab dem {d} zuzustimmen. Die Betriebskosten bleiben unverändert.", "Bitte senden Sie uns die beigefügte Zweitschrift innerhalb von zwei Monaten unterschrieben zurück.", "Bei Fragen erreichen Sie die Hausverwaltung werktags zwischen neun und zwölf Uhr."}},
				{"Erinnerung an Ihren Termin", []string{"wir möchten Sie an Ihren Termin am {d} in unserem Hause erinnern.", "Bitte bringen Sie einen gültigen Ausweis und die Unterlagen mit, die wir Ihnen bereits zugesandt haben.", "Wenn Sie verhindert sind, sagen Sie bitte rechtzeitig ab, damit wir den Termin anderweitig vergeben können."}},
				{"Bewerbung als Sachbearbeiterin", []string{"mit großem Interesse habe ich Ihre Anzeige gelesen und bewerbe mich um die ausgeschriebene Stelle.", "Seit {n} Jahren arbeite ich im Einkauf eines mittelständischen Betriebs und betreue dort die Lieferanten im In- und Ausland.", "Ich arbeite gern im Team, bleibe auch in hektischen Zeiten ruhig und spreche fließend Englisch und Französisch.", "Über die Einladung zu einem persönlichen Gespräch freue ich mich sehr."}},
			},
			fillers: []string{"Für Rückfragen stehen wir Ihnen gern zur Verfügung.", "Bitte geben Sie bei Antworten unser Zeichen an.", "Alle weiteren Angaben entnehmen Sie bitte den beigefügten Unterlagen.", "Wir hoffen auf Ihr Verständnis.", "Eine Kopie dieses Schreibens erhält die zuständige Abteilung."}}
	case "fr":
		return &letterWords{madam: "Madame,", sir: "Monsieur,", unknown: "Madame, Monsieur,", closings: []string{"Veuillez agréer, Madame, Monsieur, l'expression de nos salutations distinguées.", "Cordialement,", "Je vous prie d'agréer mes sincères salutations."}, subject: "Objet", enclosure: "Pièce jointe",
			roles: []string{"Directrice commerciale", "Responsable des achats", "Service clientèle", "Le gérant", "Ressources humaines"},
			matters: []matter{
				{"Résiliation du contrat n° {n}", []string{"par la présente, je vous informe de ma décision de résilier le contrat cité en objet à compter du {d}.", "Je vous remercie de bien vouloir m'adresser une confirmation écrite ainsi que le décompte final.", "Conformément aux conditions générales, ce courrier respecte le délai de préavis de deux mois."}},
				{"Invitation à la réunion d'information", []string{"nous avons le plaisir de vous convier à notre réunion d'information, qui se tiendra le {d}.", "Nous y présenterons les travaux prévus dans le quartier et répondrons à toutes vos questions. Un verre de l'amitié clôturera la soirée.", "Merci de nous confirmer votre présence une semaine à l'avance."}},
				{"Votre réclamation du {d}", []string{"nous accusons réception de votre courrier et regrettons vivement le désagrément que vous avez subi.", "Après vérification, il apparaît que {n} articles ont été endommagés pendant le transport. Ils seront remplacés sans frais.", "Notre transporteur prendra contact avec vous afin de convenir d'une date de livraison.", "Nous vous remercions de votre patience et de votre fidélité."}},
				{"Demande de devis", []string{"nous envisageons de renouveler notre équipement et souhaiterions recevoir votre meilleure offre.", "Notre besoin porte sur environ {n} pièces, livrables avant le {d}. Merci de préciser vos délais, vos conditions de règlement et la durée de garantie.", "Nous restons à votre disposition pour une visite sur place."}},
				{"Révision du loyer", []string{"conformément au bail, le loyer de votre logement est révisé chaque année.", "À compter du {d}, le montant mensuel s'élèvera à {m}, charges comprises.", "Le nouvel avis d'échéance vous parviendra dans les prochains jours."}},
			},
			fillers: []string{"Nous restons à votre entière disposition pour tout renseignement.", "Vous trouverez ci-joint les documents nécessaires.", "Dans l'attente de votre réponse, nous vous remercions par avance.", "Une copie de ce courrier est transmise au service concerné."}}
	case "es":
		return &letterWords{madam: "Estimada Sra. {n}:", sir: "Estimado Sr. {n}:", unknown: "Muy señores míos:", closings: []string{"Atentamente,", "Reciba un cordial saludo,", "Le saluda atentamente,"}, subject: "Asunto", enclosure: "Adjunto",
			roles: []string{"Directora comercial", "Jefe de compras", "Atención al cliente", "Gerente", "Recursos humanos"},
			matters: []matter{
				{"Baja del contrato n.º {n}", []string{"por medio de la presente les comunico mi deseo de dar por terminado el contrato indicado con efecto desde el {d}.", "Les ruego que me confirmen por escrito la fecha de baja y la liquidación final.", "Agradezco el trato recibido durante estos años."}},
				{"Invitación a la jornada de puertas abiertas", []string{"tenemos el placer de invitarle a nuestra jornada de puertas abiertas, que se celebrará el {d}.", "Podrá visitar las nuevas instalaciones y conversar con nuestro equipo. Al terminar se servirá un aperitivo.", "Rogamos confirme su asistencia con una semana de antelación."}},
				{"Su reclamación del {d}", []string{"hemos recibido su escrito y lamentamos las molestias ocasionadas.", "Tras revisar el envío, hemos comprobado que {n} unidades llegaron defectuosas. Las sustituiremos sin coste alguno.", "La nueva entrega saldrá de nuestro almacén esta misma semana.", "Esperamos seguir contando con su confianza."}},
				{"Solicitud de presupuesto", []string{"estamos estudiando la renovación de nuestras oficinas y nos gustaría recibir su oferta.", "Necesitamos unas {n} unidades antes del {d}. Indíquennos por favor plazos, garantía y condiciones de pago.", "Quedamos a la espera de sus noticias."}},
				{"Actualización de la renta", []string{"de acuerdo con lo pactado en el contrato de arrendamiento, procedemos a actualizar la renta.", "A partir del {d} el importe mensual será de {m}.", "Los demás términos del contrato permanecen sin cambios."}},
			},
			fillers: []string{"Quedamos a su disposición para cualquier aclaración.", "Adjuntamos la documentación mencionada.", "Le agradecemos de antemano su colaboración.", "Rogamos indiquen nuestra referencia en su respuesta."}}
	case "nl":
		return &letterWords{madam: "Geachte mevrouw {n},", sir: "Geachte heer {n},", unknown: "Geachte heer, mevrouw,", closings: []string{"Met vriendelijke groet,", "Hoogachtend,", "Met hartelijke groet,"}, subject: "Betreft", enclosure: "Bijlage",
			roles: []string{"Directeur", "Hoofd inkoop", "Klantenservice", "Personeelszaken", "Administratie"},
			matters: []matter{
				{"Opzegging overeenkomst {n}", []string{"hierbij zeg ik bovengenoemde overeenkomst op met ingang van {d}.", "Graag ontvang ik van u een schriftelijke bevestiging met de einddatum en een eindafrekening.", "Ik dank u voor de prettige samenwerking."}},
				{"Uitnodiging informatieavond", []string{"graag nodigen wij u uit voor onze informatieavond op {d}.", "Tijdens deze avond lichten wij de plannen voor de verbouwing toe en beantwoorden wij uw vragen. Na afloop staat er een drankje klaar.", "Laat u ons een week van tevoren weten of u komt?"}},
				{"Uw klacht van {d}", []string{"wij hebben uw brief ontvangen en betreuren het ongemak dat u heeft ondervonden.", "Uit ons onderzoek blijkt dat {n} artikelen beschadigd zijn verzonden. Wij vervangen deze kosteloos.", "De nieuwe zending vertrekt nog deze week. De chauffeur neemt de beschadigde artikelen mee terug.", "Wij hopen u hiermee naar tevredenheid te hebben geholpen."}},
				{"Aanvraag offerte", []string{"wij zijn van plan onze werkplaats te vernieuwen en ontvangen graag een vrijblijvende offerte.", "Het gaat om ongeveer {n} stuks, te leveren voor {d}. Vermeldt u alstublieft levertijd, garantie en betalingsvoorwaarden.", "Voor een bezoek ter plaatse kunt u altijd een afspraak maken."}},
				{"Huuraanpassing", []string{"zoals in de huurovereenkomst is vastgelegd, wordt de huur jaarlijks aangepast.", "Vanaf {d} bedraagt de maandelijkse huur {m}. De servicekosten blijven gelijk.", "U hoeft hiervoor zelf niets te doen als u automatisch betaalt."}},
			},
			fillers: []string{"Voor vragen kunt u altijd contact met ons opnemen.", "De genoemde stukken vindt u in de bijlage.", "Wij danken u bij voorbaat voor uw medewerking.", "Wilt u bij uw antwoord ons kenmerk vermelden?"}}
	default:
		return englishLetter()
	}
}

func englishLetter() *letterWords {
	return &letterWords{madam: "Dear Ms. {n},", sir: "Dear Mr. {n},", unknown: "To whom it may concern,", closings: []string{"Sincerely,", "Yours faithfully,", "Kind regards,", "Yours sincerely,", "Best regards,"}, subject: "Subject", enclosure: "Enclosure",
		roles: []string{"Director of Operations", "Customer Relations", "Head of Purchasing", "Property Manager", "Human Resources", "President", "Office Manager"},
		matters: []matter{
			{"Cancellation of contract no. {n}", []string{"I am writing to give notice that I wish to end the above contract with effect from {d}.", "Please confirm in writing that you have received this letter and tell me the date on which the service will stop.", "Any direct debit authority that I have given you is withdrawn from the same day. If there is a balance in my favor, kindly send it to the account you have on file.", "Thank you for the service over the past years."}},
			{"Invitation to our open house", []string{"It is our pleasure to invite you to our open house on {d}.", "You will be able to tour the new workshop, meet the team and see the machines at work. Refreshments will be served from noon.", "So that we can plan ahead, please let us know by return whether you and a guest will attend.", "We look forward to welcoming you."}},
			{"Your complaint of {d}", []string{"Thank you for bringing this problem to our attention. We are sorry that our delivery did not meet your expectations.", "Our review showed that {n} of the units were damaged by faulty packing. We will replace all of them free of charge.", "The replacement shipment leaves our warehouse this week, and the carrier will collect the damaged goods at the same time.", "Please accept our apologies for the inconvenience. We value your custom and hope to serve you better in future."}},
			{"Application for the position of office administrator", []string{"I read your advertisement with great interest and would like to apply for the position.", "For the last {n} years I have run the front office of a busy practice, where I look after appointments, suppliers and the monthly accounts.", "Colleagues describe me as calm, well organized and cheerful. I learn new software quickly and enjoy dealing with people.", "I would welcome the chance to discuss the role with you in person. I am available from {d}."}},
			{"Request for quotation", []string{"We are planning to renew part of our equipment and would be glad to receive your best offer.", "We expect to need about {n} units, to be delivered before {d}. Please state your lead time, warranty and terms of payment.", "Should you wish to see the site first, we will gladly arrange a visit."}},
			{"Change of rent", []string{"Under the terms of your lease the rent is reviewed once a year.", "From {d} the monthly rent will be {m}. All other conditions of the tenancy remain as they are.", "If you pay by standing order, please ask your bank to change the amount in time.", "Do call the office if you would like to talk this over."}},
			{"Letter of recommendation", []string{"I am delighted to recommend a former member of my team, who worked with us for {n} years.", "During that time our colleague took charge of several demanding projects and brought each of them to a successful end, on time and within budget.", "What I valued most was the ability to listen, to explain difficult matters simply and to keep a cool head.", "I recommend our former colleague without hesitation and am happy to answer any questions."}},
			{"Notice of planned maintenance", []string{"We would like to inform you that maintenance work will be carried out at your premises on {d}.", "The water supply will be off for about {n} hours. Please draw what you need beforehand.", "Our staff carry identity cards. If nobody can be at home, please leave a key with a neighbor and let us know.", "We thank you for your understanding."}},
			{"Thank you for your donation", []string{"On behalf of everyone at the association, thank you for your generous gift of {m}.", "Your support allowed us to buy books for {n} children and to keep the reading room open through the winter.", "You will find our annual review with this letter. We would love to show you around whenever you are in town."}},
		},
		fillers: []string{"Please do not hesitate to contact us if you have any questions.", "A copy of this letter has been placed on file.", "You will find the documents mentioned above enclosed.", "Please quote our reference in your reply.", "We would be grateful for an answer within two weeks.", "As discussed on the telephone, no further action is needed for the moment."}}
}
