"""G3, the other side: a client who writes of returned mail, of absences, tickets and receipts is a client.

Each of these mails uses the words by which machines are known. A person wrote it, and who waits for an answer gets one.
"""

from __future__ import annotations

import pytest

from guarantees.words import Judge, known

RETURNED = (
    # English
    ("", "Hi Robin,\n\nmy mail to you came back, it said user unknown. What is your right address?\n\nWile"),
    ("Mail problem", "My mail to Kim came back: user unknown. Has her address changed?\n\nWile"),
    (
        "Bounced",
        "I got this when I wrote to hello@vale.example:\n\n550 5.1.1 user unknown\n\nIs that one still in use?",
    ),
    (
        "Your mailbox",
        "Hi Robin,\n\nI tried your other address and got this back:\n\n> This is the mail system at host "
        "mx.acme.example.\n> I'm sorry to have to inform you that your message could not\n> be delivered to one or "
        "more recipients.\n\nWhich address should I use?",
    ),
    (
        "Undeliverable mail",
        "I keep getting the text below when I write to Kim, can you have a look?\n\nThis message was created "
        "automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more "
        "of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  kim@vale.example\n    "
        "550 5.1.1 User unknown\n",
    ),
    (
        "Fwd: failure notice",
        "What do I do with this?\n\nHi. This is the qmail-send program at mx.acme.example.\nI'm afraid I wasn't able "
        "to deliver your message to the following addresses.\n\n<kim@vale.example>:\nSorry, no mailbox here. "
        "(#5.1.1)\n",
    ),
    (
        "Contact form",
        "The contact form on the new site does not arrive. Our provider's log says:\n\nstatus=bounced (host "
        "mx.vale.example said: 550 5.7.1 relay denied)\n\nWhen can you fix this?",
    ),
    ("Newsletter", "About 40 of the 900 newsletters bounced with 'mailbox full'. Can we clean the list before Friday?"),
    ("Delivery failure", "The courier's delivery failed twice. Could you sign for the posters on Thursday?"),
    ("Delivery failed", "Your message was delivered to the old office. Please send the samples to the new one."),
    ("Undelivered", "The brochures are still undelivered. Where are they?"),
    ("Returned mail", "The post returned the mail you sent to our old street. Our new address is on the website."),
    ("SMTP", "Please have the shop treat 4.2.2 as temporary and 5.1.1 as permanent. How long will that take?"),
    (
        "DNS",
        "We moved to the new mail host on Monday.\nDelivery to the following domains failed until noon:\n\n"
        "birch.example\n\nIt works again now. Anything you still miss?",
    ),
    ("Message not delivered", "Kim says my message was not delivered. Did you get the texts?\n\nWile"),
    ("Mail delivery problems", "We have had mail delivery problems since Monday. Did my invoice question reach you?"),
    ("Your message", "Your message could not have come at a better time! When can we start?"),
    ("Mailing list", "You are not a member of this mailing list, shall I add you?"),
    ("Plan", "Status: 4.2 weeks left.\n\nPlease send the next build."),
    ("Plan", "Status: 4.2 weeks left\nAction: failed tests to be repeated\n\nWhen do we get the next build?"),
    # German
    (
        "Mail kam zurück",
        "Hallo Robin,\n\nmeine Mail an dich kam als unzustellbar zurück. Stimmt die Adresse noch?\n\nWile",
    ),
    ("Unzustellbar", "Die Karten sind als unzustellbar zurückgekommen. Was machen wir jetzt?"),
    ("Nachricht", "Deine Nachricht konnte ich leider nicht öffnen, schickst du sie noch einmal?\n\nWile"),
    (
        "Fehlermeldung",
        "Wenn ich an Kim schreibe, kommt das hier:\n\nIhre Nachricht konnte nicht zugestellt werden: 550 5.1.1\n\n"
        "Hat sich ihre Adresse geändert?",
    ),
    ("Rückläufer", "Von den 300 Briefen gab es 12 Rückläufer. Wann können wir die Liste bereinigen?"),
    # French
    (
        "Mail revenu",
        "Bonjour Robin,\n\nmon message m'est revenu : « utilisateur inconnu ». Quelle est la bonne adresse ?",
    ),
    ("Non distribué", "Trois colis n'ont pas été distribués. Que fait-on ?"),
    (
        "Message d'erreur",
        "Quand j'écris à Kim, je reçois ceci :\n\nVotre message n'a pas pu être remis à\n\nkim@vale.example\n\nTu "
        "peux regarder ?",
    ),
    # Spanish
    (
        "Correo devuelto",
        "Hola Robin:\n\nmi correo ha vuelto con «usuario desconocido». ¿Cuál es tu dirección correcta?",
    ),
    (
        "No llega",
        "Cuando escribo a Kim me sale esto:\n\nSu mensaje no pudo ser entregado a\n\nkim@vale.example\n\n¿Sabes por "
        "qué?",
    ),
    ("Error de entrega", "El mensajero no pudo entregar los carteles. ¿Cuándo se pueden recoger?"),
    # Italian
    ("Mail tornata", "Ciao Robin,\n\nla mia mail è tornata indietro: utente sconosciuto. Qual è l'indirizzo giusto?"),
    ("Messaggio", "Quando scrivo a Kim ricevo questo:\n\nImpossibile recapitare il messaggio\n\nMi dici come fare?"),
    ("Mancata consegna", "Il corriere non ha consegnato i manifesti. Quando arrivano?"),
    # Portuguese
    ("E-mail devolvido", "Olá Robin,\n\no meu e-mail voltou: utilizador desconhecido. Qual é o endereço certo?"),
    ("Falha na entrega", "A transportadora falhou a entrega dos cartazes. Quando chegam?"),
    # Dutch
    ("Mail kwam terug", "Hoi Robin,\n\nmijn mail aan jou kwam terug: onbekende gebruiker. Wat is je juiste adres?"),
    ("Niet bezorgd", "De posters zijn niet bezorgd. Wanneer komen ze?"),
    (
        "Foutmelding",
        "Als ik Kim mail krijg ik dit:\n\nUw bericht kon niet worden bezorgd bij\n\nkim@vale.example\n\nWeet jij hoe "
        "dat komt?",
    ),
)

AWAY = (
    # English
    ("Holiday", "I'm on holiday from Friday, can we speak before?"),
    ("Away next week", "I am away next week. Could you send the draft to Kim instead?"),
    (
        "Out of office on Friday",
        "Just so you know, I am out of the office on Friday. Will the report come on Thursday?",
    ),
    (
        "Vacation",
        "Hi Robin,\n\nI will be on vacation until 4 January. Please send everything to Kim meanwhile.\n\nWile",
    ),
    ("Re: The catalogue", "Thank you for your mail. I'm away on Monday, does Tuesday at ten suit you?"),
    (
        "Re: The catalogue",
        "Thanks for your message! I am out of the office today but had a look on the train. Is page 3 final?",
    ),
    ("Leave", "I am on leave from December. Who on your side do I hand over to?"),
    ("Parental leave", "I'll be on parental leave from March, Jane takes over. Can the three of us have a call?"),
    ("Back", "I'm back in the office. How are things progressing?"),
    ("Your holiday", "Are you on holiday over Christmas? We need somebody to look after the shop."),
    ("Autoresponder", "I got your out of office reply. Who can help meanwhile?"),
    (
        "Out of office text",
        "Can you set up an out of office reply on our mailbox? It should say that we are on holiday until the 4th.",
    ),
    (
        "Text for the autoreply",
        "Please use this text for our shop's automatic reply:\n\nThank you for your message. We are currently on "
        "holiday and will reply after 4 January.\n\nCan it be live by Friday?",
    ),
    ("Limited access", "I'm travelling and only have limited access to my email. Could you text me the link?"),
    ("Sick", "Sorry, I was ill and out of the office. Where do we stand?"),
    ("Monday", "We are away until Monday, so no rush. When do you expect the second draft?"),
    ("Friday", "I am away on Friday. The board meets at noon and wants to see the draft."),
    ("Monday", "I am out of the office on Monday."),
    ("Draft", "Please finish the draft by Friday. I am away until Monday; for urgent matters contact Kim."),
    (
        "Re: Files",
        "Thanks for your mail. I am out of the office until Monday, please send the files to the printer before. In "
        "urgent cases call Kim.",
    ),
    (
        "Our autoreply",
        'It says "I am out of the office. This is an automated reply, please do not reply to this." Can you change it?',
    ),
    # German
    ("Urlaub", "Ab Freitag bin ich im Urlaub, können wir vorher sprechen?"),
    ("Abwesend", "Nächste Woche bin ich nicht im Büro. Kannst du den Bericht an Kim schicken?"),
    ("Ferien", "Hallo Robin,\n\nich bin bis zum 4. Januar im Urlaub, Kim vertritt mich. Wie ist der Stand?\n\nWile"),
    ("Re: Katalog", "Danke für deine Mail! Ich bin heute außer Haus, reicht morgen?"),
    ("Abwesenheitsnotiz", "Kannst du uns eine Abwesenheitsnotiz für den Shop schreiben?"),
    ("Elternzeit", "Ich bin ab März in Elternzeit. Mit wem besprichst du dann die Texte?"),
    ("Automatische Antwort", "Deine automatische Antwort sagt, du bist im Urlaub. Wer kann uns jetzt helfen?"),
    # French
    ("Vacances", "Je suis en congé à partir de vendredi, on peut se parler avant ?"),
    ("Absence", "Je suis absent lundi. Peux-tu envoyer le rapport à Kim ?"),
    ("Congés", "Bonjour Robin,\n\nje serai absente jusqu'au 4 janvier. Où en est le catalogue ?\n\nJutta"),
    ("Re : catalogue", "Merci pour ton message. Je suis en déplacement demain, jeudi te va ?"),
    ("Message d'absence", "Peux-tu nous écrire un message d'absence pour la boutique ?"),
    # Spanish
    ("Vacaciones", "Estoy de vacaciones desde el viernes, ¿podemos hablar antes?"),
    ("Ausente", "El lunes estoy fuera de la oficina. ¿Puedes enviar el informe a Kim?"),
    ("Re: catálogo", "Gracias por tu mensaje. Estaré ausente mañana, ¿te va bien el jueves?"),
    ("Fuera de plazo", "¿Estamos fuera de plazo o llegamos?"),
    # Italian
    ("Ferie", "Da venerdì sono in ferie, possiamo sentirci prima?"),
    ("Assenza", "Lunedì sono fuori ufficio. Puoi mandare il rapporto a Kim?"),
    ("Re: catalogo", "Grazie per il messaggio. Domani sono assente, va bene giovedì?"),
    ("Vacanze", "Ciao Robin,\n\nsono in ferie fino al 4 gennaio. A che punto siamo?"),
    # Portuguese
    ("Férias", "A partir de sexta estou de férias, podemos falar antes?"),
    ("Ausência", "Na segunda estou fora do escritório. Podes enviar o relatório à Kim?"),
    ("Re: catálogo", "Obrigado pela mensagem. Amanhã estarei ausente, quinta serve?"),
    # Dutch
    ("Vakantie", "Vanaf vrijdag ben ik met vakantie, kunnen we daarvoor nog bellen?"),
    ("Afwezig", "Maandag ben ik niet aanwezig. Kun je het verslag naar Kim sturen?"),
    ("Re: catalogus", "Bedankt voor je bericht. Morgen ben ik afwezig, komt donderdag uit?"),
    # Others
    ("Semester", "Jag har semester från fredag, kan vi prata innan dess?"),
    ("Ferie", "Jeg er på ferie fra fredag. Kan vi snakke sammen før det?"),
    ("Loma", "Olen lomalla perjantaista alkaen, voimmeko puhua sitä ennen?"),
    ("Urlop", "Od piątku jestem na urlopie, możemy porozmawiać wcześniej?"),
    ("Dovolená", "Od pátku mám dovolenou, můžeme si promluvit předtím?"),
    ("Отпуск", "С пятницы я в отпуске, можем поговорить раньше?"),
    ("休暇", "金曜日から休暇を取ります。その前にお話しできますか？"),
    ("休假", "我从周五开始休假，我们可以在那之前谈谈吗？"),
)

OTHERS = (
    # Tickets, forms and notices, as people write of them.
    ("Ticket 4711", "We have opened ticket #4711 with the provider. Until when do you need an answer?"),
    ("Your request", "Your request has been received well by the board. When could you start?"),
    ("Ticket system", "Customers complain that 'Your request has been received' arrives twice. Can you look?"),
    ("Case study", "The case study is nearly done. Which reference number do I put on the invoice?"),
    ("Re: Tickets", "The tickets for the fair are here: ticket number 3 is yours. Shall I post it?"),
    ("Footer", "Can the footer say: This is an automated message, please do not reply?"),
    (
        "Order mail",
        "Here is the text for the order mail:\n\nThis is an automated message, please do not reply.\n\nIs that short "
        "enough?",
    ),
    ("No-reply", "Please change the sender of the shop to noreply@acme.example. How long does that take?"),
    ("Automatic mails", "The automatic mails go to spam. What can we do?"),
    ("Diese Nachricht", "Im Shop steht noch: Diese Nachricht wurde automatisch erzeugt. Kannst du das ändern?"),
    ("We have received", "We have received your message and love the draft. When is the next one?"),
    ("Thank you", "Thank you for contacting us about the fair. Do you want to share the stand?"),
    ("Danke", "Vielen Dank für Ihre Anfrage. Wir haben die Unterlagen erhalten; wann können Sie anfangen?"),
    ("Merci", "Nous avons bien reçu votre message. Pouvez-vous nous envoyer un devis ?"),
    ("Gracias", "Hemos recibido su solicitud de cambio. ¿Cuándo la puede revisar?"),
    # Receipts.
    ("Read: the contract", "I have read it on the train. Can we talk about clause 4?"),
    ("Read receipt?", "Did you get a read receipt for my mail of Monday?"),
    ("Return receipt", "Do you still have the return receipt of the parcel?"),
    ("Gelesen", "Ich habe alles gelesen. Wann geht es weiter?"),
    ("Delivered", "The posters have been delivered. What comes next?"),
    # Invitations and answers to them.
    ("Accepted: your offer", "The board has accepted your offer. When can you start?"),
    ("Declined: the second draft", "They declined it, sorry. Can we have another by Friday?"),
    ("Invitation: summer party", "You are invited to our summer party on 4 June. Will you come?"),
    ("Cancelled: the fair", "The fair is cancelled. What do we do with the posters?"),
    ("Zugesagt", "Der Vorstand hat zugesagt. Wann kannst du anfangen?"),
    ("Tentative: 4 June", "I have put 4 June down tentatively. Does that suit you?"),
    # Proofs of being a person.
    ("Captcha", "The sign-up should ask people to confirm that you are a person. Can you build that?"),
    ("Verify", "How do I verify my address with the newsletter service?"),
    ("Spam", "Your last mail was held by our spam filter. Can you send it again?"),
)


@pytest.mark.parametrize(("subject", "text"), known(RETURNED, AWAY, OTHERS))
def test_a_client_who_uses_a_machines_words_is_a_person_and_is_answered(judge: Judge, subject: str, text: str) -> None:
    verdicts = judge(subject, text)

    assert verdicts.human, verdicts.reason
    assert verdicts.may_acknowledge, verdicts.reason
    assert verdicts.obliges
