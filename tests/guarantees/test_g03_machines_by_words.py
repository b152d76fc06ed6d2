"""G3: an automatic mail that lost every header and part that says so is still not answered, whatever its language.

Each text is one that mail programs and services write, sent from the address of a client's person.
"""

from __future__ import annotations

import pytest

from guarantees.words import Judge, known
from whiteglove.message import Kind

ABSENCES = (
    # English
    (
        "Re: The catalogue",
        "Thank you for your email. I am out of the office until Monday 4 January with limited access to my email.\n\n"
        "In urgent cases please contact kim@acme.example.\n\nBest regards\nWile Coyote",
    ),
    (
        "",
        "Hello,\n\nI am currently on annual leave and will be back on 4 January. I will reply to your message on my "
        "return.",
    ),
    (
        "Re: Report",
        "Thanks for your message. I'm away from my desk and will respond when I return on Tuesday.\n\nIf your matter "
        "is urgent, please call +1 555 0100.",
    ),
    (
        "Re: Report",
        "I will be out of the office from 21 December to 3 January. During this time I will not be checking my "
        "email.\nFor urgent matters please contact Kim.",
    ),
    (
        "OOO Re: Report",
        "I am on parental leave until March and have no access to email. For anything urgent please write to Kim.",
    ),
    (
        "Wile Coyote is out of the office",
        "I will be out of the office starting 12/21/2026 and will not return until 01/04/2027.\n\nI will respond to "
        "your message when I return.",
    ),
    (
        "Re: Report",
        "Thank you for your message. Our office is closed until 4 January. We will answer your email as soon as we "
        "are back.",
    ),
    (
        "Re: Report",
        "I no longer work at Acme. Please direct your enquiries to kim@acme.example.\n\nThis is an automated reply.",
    ),
    ("Re: Report", "Our offices are closed and will reopen on 4 January. We'll answer your message when we return."),
    ("Re: Report", "I'm OOO until Monday. For urgent requests ping Kim."),
    ("Re: Report", "Thanks for your message! I'm off until Wednesday. If it's urgent, please text me."),
    ("Re: Report", "I am travelling, with no access to my mail. I will answer when I'm back."),
    # German
    (
        "Re: Der Katalog",
        "Vielen Dank für Ihre Nachricht. Ich bin bis einschließlich 4. Januar nicht im Büro.\n\nIn dringenden Fällen "
        "wenden Sie sich bitte an kim@acme.example.\n\nMit freundlichen Grüßen\nWile Coyote",
    ),
    (
        "",
        "Guten Tag,\n\nich bin derzeit im Urlaub und habe keinen Zugriff auf meine E-Mails. Ab dem 4. Januar bin ich "
        "wieder für Sie da.",
    ),
    (
        "Re: Bericht",
        "Ich bin ab 4. Januar wieder im Büro erreichbar. Ihre E-Mail wird nicht automatisch weitergeleitet.",
    ),
    (
        "Re: Bericht",
        "Danke für deine E-Mail! Momentan bin ich nicht erreichbar. Ich melde mich nach meiner Rückkehr am 4. Januar.",
    ),
    (
        "Re: Bericht",
        "Ich befinde mich in Elternzeit. In dringenden Angelegenheiten kontaktieren Sie bitte meine Kollegin Kim.",
    ),
    ("Re: Bericht", "Unser Büro ist bis 1. Januar geschlossen. Ab dem 2. Januar sind wir wieder für Sie da."),
    # French
    (
        "Re : Le catalogue",
        "Bonjour,\n\nJe suis actuellement absent du bureau jusqu'au 4 janvier.\n\nEn cas d'urgence, merci de "
        "contacter kim@acme.example.\n\nCordialement",
    ),
    ("Re : Rapport", "Merci pour votre message. Je suis en congés et je vous répondrai dès mon retour."),
    (
        "Re : Rapport",
        "Absente jusqu'au 4 janvier, je n'ai qu'un accès limité à ma messagerie. Pour toute urgence, contactez Kim.",
    ),
    ("Re : Rapport", "Nos bureaux sont fermés jusqu'au 4 janvier. Nous vous répondrons à notre retour."),
    # Spanish
    (
        "Re: El catálogo",
        "Gracias por su mensaje. Me encuentro fuera de la oficina hasta el 4 de enero.\n\nPara asuntos urgentes, "
        "póngase en contacto con kim@acme.example.",
    ),
    ("Re: Informe", "Estoy de vacaciones y tengo acceso limitado al correo. Responderé a su mensaje a mi regreso."),
    ("Re: Informe", "Estaré ausente del 21 al 31 de diciembre. En caso de urgencia, contacte con Kim."),
    # Italian
    (
        "Re: Il catalogo",
        "Grazie per il messaggio. Sono fuori ufficio fino al 4 gennaio.\n\nPer urgenze potete contattare "
        "kim@acme.example.",
    ),
    ("Re: Rapporto", "Buongiorno,\n\nsono in ferie e non ho accesso alla posta. Risponderò al mio rientro."),
    ("Re: Rapporto", "Sarò assente dall'ufficio fino al 4 gennaio. Per questioni urgenti contattare Kim."),
    # Portuguese
    (
        "Re: O catálogo",
        "Obrigado pela sua mensagem. Estou ausente do escritório até 4 de janeiro.\n\nEm caso de urgência, contacte "
        "kim@acme.example.",
    ),
    ("Re: Relatório", "Estou de férias, com acesso limitado ao e-mail. Responderei à sua mensagem no meu regresso."),
    ("Re: Relatório", "Olá,\n\nencontro-me de férias até 4 de janeiro. Para assuntos urgentes, contate a Kim."),
    # Dutch
    (
        "Re: De catalogus",
        "Bedankt voor uw bericht. Ik ben afwezig tot en met 4 januari.\n\nVoor dringende zaken kunt u contact "
        "opnemen met kim@acme.example.",
    ),
    ("Re: Verslag", "Ik ben met vakantie en lees mijn e-mail niet. Na mijn terugkomst beantwoord ik uw bericht."),
    (
        "Re: Verslag",
        "Op dit moment ben ik niet aanwezig. Ik heb beperkt toegang tot mijn mail. Bij spoed kunt u bellen met Kim.",
    ),
    # Swedish, Norwegian, Danish, Finnish
    (
        "Re: Katalogen",
        "Tack för ditt mejl. Jag är på semester till och med 4 januari. Vid brådskande ärenden kontakta Kim.",
    ),
    ("Re: Rapport", "Jag är inte på kontoret och läser inte min e-post. Jag svarar när jag är tillbaka."),
    ("Re: Katalogen", "Takk for din e-post. Jeg er på ferie til 4. januar. Ved hastesaker, ta kontakt med Kim."),
    (
        "Re: Kataloget",
        "Tak for din mail. Jeg er på ferie indtil 4. januar. Ved hastende henvendelser kontakt venligst Kim.",
    ),
    ("Re: Luettelo", "Kiitos viestistäsi. Olen lomalla 4.1. asti. Kiireellisissä asioissa ota yhteyttä Kimiin."),
    # Polish, Czech, Hungarian, Romanian
    (
        "Re: Katalog",
        "Dziękuję za wiadomość. Przebywam na urlopie do 4 stycznia. W pilnych sprawach proszę o kontakt z Kim.",
    ),
    ("Re: Raport", "Jestem poza biurem, z ograniczonym dostępem do poczty. Odpowiem po powrocie."),
    ("Re: Katalog", "Děkuji za Váš e-mail. Do 4. ledna mám dovolenou. V naléhavých případech kontaktujte prosím Kim."),
    ("Re: Katalógus", "Köszönöm levelét. Január 4-ig szabadságon vagyok. Sürgős esetben kérem, forduljon Kimhez."),
    (
        "Re: Catalogul",
        "Vă mulțumesc pentru mesaj. Sunt în concediu până pe 4 ianuarie. Pentru urgențe, contactați-l pe Kim.",
    ),
    # Turkish, Greek
    (
        "Re: Katalog",
        "E-postanız için teşekkürler. 4 Ocak'a kadar izindeyim. Acil durumlarda lütfen Kim ile iletişime geçin.",
    ),
    (
        "Re: Κατάλογος",
        "Σας ευχαριστώ για το μήνυμά σας. Βρίσκομαι σε άδεια έως τις 4 Ιανουαρίου. Για επείγοντα επικοινωνήστε με "
        "την Kim.",
    ),
    # Russian, Ukrainian
    ("Re: Каталог", "Спасибо за Ваше письмо. Я в отпуске до 4 января. По срочным вопросам обращайтесь к Kim."),
    ("Re: Отчёт", "Меня нет в офисе, доступ к почте ограничен. Отвечу после возвращения."),
    ("Re: Каталог", "Дякую за Ваш лист. Я у відпустці до 4 січня. З термінових питань звертайтеся до Kim."),
    # Japanese, Chinese, Korean
    (
        "Re: カタログ",
        "メールありがとうございます。1月4日まで休暇をいただいております。お急ぎの場合はKimまでご連絡ください。",
    ),
    ("Re: 报告", "感谢您的来信。我正在休假，1月4日回来。如有紧急事务，请联系Kim。"),
    ("Re: 보고서", "메일 감사합니다. 1월 4일까지 휴가 중입니다. 급한 용무는 Kim에게 연락해 주세요."),
)

TICKETS = (
    (
        "[Ticket#4711] The catalogue",
        "Your request has been received and a ticket has been created. Ticket number: 4711.",
    ),
    (
        "[Acme Support] Re: The catalogue",
        "##- Please type your reply above this line -##\n\nYour request (4711) has been received and is being "
        "reviewed by our support staff.",
    ),
    (
        "Ticket received",
        "Thank you for contacting Acme. We have received your request. Your ticket number is ACME-4711.",
    ),
    (
        "Request received",
        "Dear customer,\n\nthank you for your enquiry. Your case number is 00471100. We will get back to you within "
        "24 hours.",
    ),
    ("Ihre Anfrage", "Vielen Dank für Ihre Anfrage. Wir haben Ihre Nachricht erhalten. Ihre Ticketnummer lautet 4711."),
    ("Eingangsbestätigung", "Ihre Anfrage ist bei uns eingegangen und wird unter der Vorgangsnummer 4711 bearbeitet."),
    ("Votre demande", "Nous avons bien reçu votre demande. Votre numéro de ticket est le 4711."),
    ("Su solicitud", "Hemos recibido su solicitud. Su número de ticket es 4711."),
    ("La tua richiesta", "Abbiamo ricevuto la tua richiesta. Il numero del ticket è 4711."),
    ("O seu pedido", "Recebemos o seu pedido. O número do ticket é 4711."),
    ("Uw aanvraag", "We hebben uw aanvraag ontvangen. Uw ticketnummer is 4711."),
)

NOTICES = (
    ("Your order", "Your order has been shipped.\n\nThis is an automated message, please do not reply."),
    (
        "Password changed",
        "Your password was changed.\n\nPlease do not reply to this e-mail. This mailbox is not monitored.",
    ),
    (
        "Bestellung",
        "Ihre Bestellung ist unterwegs.\n\nDies ist eine automatisch generierte E-Mail, bitte antworten Sie nicht "
        "darauf.",
    ),
    (
        "Rechnung",
        "Ihre Rechnung liegt bereit.\n\nBitte antworten Sie nicht auf diese E-Mail. Diese Nachricht wurde "
        "automatisch erstellt.",
    ),
    ("Facture", "Votre facture est disponible.\n\nCeci est un message automatique, merci de ne pas y répondre."),
    ("Factura", "Su factura está disponible.\n\nEste es un mensaje automático, por favor no responda a este correo."),
    ("Fattura", "La fattura è disponibile.\n\nQuesto è un messaggio automatico, si prega di non rispondere."),
    ("Fatura", "A sua fatura está disponível.\n\nEsta é uma mensagem automática, por favor não responda."),
    ("Factuur", "Uw factuur staat klaar.\n\nDit is een automatisch bericht, u kunt hier niet op antwoorden."),
)

INVITATIONS = (
    (
        "Accepted: Catalogue review @ Tue Nov 24, 2026 4pm - 5pm (CET) (robin@vale.example)",
        "Wile Coyote has accepted this invitation.",
    ),
    (
        "Declined: Catalogue review @ Tue Nov 24, 2026",
        'wile@acme.example has declined this invitation with this note:\n\n"Ill"',
    ),
    ("Tentative: Catalogue review", "Wile Coyote has tentatively accepted this invitation."),
    (
        "Invitation: Catalogue review @ Tue Nov 24, 2026 4pm - 5pm (CET) (robin@vale.example)",
        "You have been invited to the following event.",
    ),
    ("Updated invitation: Catalogue review @ Tue Nov 24, 2026 4pm (CET)", "This event has been changed."),
    (
        "Canceled event: Catalogue review @ Tue Nov 24, 2026",
        "This event has been canceled and removed from your calendar.",
    ),
    ("Zugesagt: Katalog", "Wile Coyote hat diese Einladung angenommen."),
    ("Abgelehnt: Katalog", "Wile Coyote hat die Einladung abgelehnt."),
    ("Accepté : Catalogue", "Wile Coyote a accepté cette invitation."),
    ("Aceptado: Catálogo", "Wile Coyote ha aceptado esta invitación."),
    ("Accettato: Catalogo", "Wile Coyote ha accettato questo invito."),
    ("Aceito: Catálogo", "Wile Coyote aceitou este convite."),
    ("Geaccepteerd: Catalogus", "Wile Coyote heeft deze uitnodiging geaccepteerd."),
)

RECEIPTS = (
    (
        "Read: The catalogue",
        "Your message\n\n  To: Wile\n  Subject: The catalogue\n\nwas read on 24 November 2026 10:42.",
    ),
    (
        "Delivered: The catalogue",
        "Your message has been delivered to the following recipients:\n\nwile@acme.example\n\nSubject: The catalogue",
    ),
    (
        "Relayed: The catalogue",
        "Delivery to these recipients or groups is complete, but no delivery notification was sent by the "
        "destination server:\n\nwile@acme.example",
    ),
    ("Zugestellt: Der Katalog", "Ihre Nachricht wurde den folgenden Empfängern zugestellt:\n\nwile@acme.example"),
    ("Remis : Le catalogue", "Votre message a été remis aux destinataires suivants :\n\nwile@acme.example"),
    ("Not read: The catalogue", "Your message was deleted without being read on 24 November 2026."),
)

RETURNED = (
    "This is the mail system at host mx.acme.example.\n\nI'm sorry to have to inform you that your message could "
    "not\nbe delivered to one or more recipients. It's attached below.\n",
    "Hi. This is the qmail-send program at mx.acme.example.\nI'm afraid I wasn't able to deliver your message.\n",
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
    "delivered to one or more of its\nrecipients.\n",
    "Your message did not reach some or all of the intended recipients.\n\n      Subject: The catalogue\n",
    "This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients "
    "failed.\n",
    "Your message\n\n  To: kim@acme.example\n  Subject: The catalogue\n\ndid not reach the following "
    "recipient(s):\n\nkim@acme.example\n",
    "** Address not found **\n\nYour message wasn't delivered to kim@acme.example because the address couldn't be "
    "found.\n",
    "Final-Recipient: rfc822; kim@acme.example\nAction: failed\nStatus: 5.1.1\n",
    "Delivery has failed to these recipients or groups:\n\nkim@acme.example\n",
    "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\nkim@acme.example\n",
    "Échec de la remise pour ces destinataires ou groupes :\n\nkim@acme.example\n",
    "No se pudo entregar el mensaje a estos destinatarios o grupos:\n\nkim@acme.example\n",
    "Recapito non riuscito per i seguenti destinatari o gruppi:\n\nkim@acme.example\n",
    "Falha na entrega para estes destinatários ou grupos:\n\nkim@acme.example\n",
    "Bezorging aan de volgende geadresseerden of groepen is mislukt:\n\nkim@acme.example\n",
)


@pytest.mark.parametrize(("subject", "text"), known(ABSENCES))
def test_an_absence_that_a_program_sent_is_not_answered(judge: Judge, subject: str, text: str) -> None:
    assert (judge(subject, text).human, judge(subject, text).kind) == (False, Kind.AUTO_REPLY)


@pytest.mark.parametrize(("subject", "text"), known(TICKETS, NOTICES))
def test_an_automatic_confirmation_or_notice_is_not_answered(judge: Judge, subject: str, text: str) -> None:
    assert (judge(subject, text).human, judge(subject, text).kind) == (False, Kind.AUTO_REPLY)


@pytest.mark.parametrize(("subject", "text"), known(INVITATIONS))
def test_an_invitation_or_an_answer_to_one_without_its_calendar_part_is_not_answered(
    judge: Judge, subject: str, text: str
) -> None:
    assert (judge(subject, text).human, judge(subject, text).kind) == (False, Kind.CALENDAR)


@pytest.mark.parametrize(("subject", "text"), known(RECEIPTS))
def test_a_receipt_without_its_parts_is_not_answered(judge: Judge, subject: str, text: str) -> None:
    assert not judge(subject, text).human


@pytest.mark.parametrize("text", RETURNED)
def test_a_returned_mail_is_known_by_its_text_alone(judge: Judge, text: str) -> None:
    verdicts = judge("", text)

    assert (verdicts.human, verdicts.reason, verdicts.kind) == (False, "bounce_text", Kind.BOUNCE)
