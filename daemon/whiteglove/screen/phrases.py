"""What machines write, in the languages they write it: subjects of bounces, openings of reports, automatic answers.

Data only: regular-expression fragments without regard to case. A subject's fragment is looked for at its very start,
an opening's at the start of one of the first lines.
"""

from __future__ import annotations

# Subjects of mail that is given back or late. "Re:" and "Fwd:" come before a person's.
BOUNCE_SUBJECTS = (
    r"undeliver(?:able|ed)\b", r"non[- ]?deliver", r"returned (?:e-?)?mail\b", r"mail (?:could )?not (?:be )?delivered",
    r"(?:e-?)?mail (?:delivery|system)\b.{0,20}\b(?:fail|error|problem|warning|status|notification|returned|delay)",
    r"mail failed", r"delivery (?:(?:status )?notification|fail|incomplete|has (?:failed|been delayed))",
    r"(?:message|mail) delivery (?:problem|error|warning|report|delay)",
    r"(?:message|e-?mail|mail) (?:delivery )?(?:fail|undeliver|not deliver|could not|rejected|returned)",
    r"fail(?:ure|ed) (?:notice|delivery)",
    r"your (?:message|mail|e-?mail) .{0,80}(?:could not|cannot|was not) be(?:en)? delivered",
    r"warning: (?:could not send|message|e-?mail|mail)\b.{0,40}(?:deliver|hours|past|not)",
    r"message delayed", r"automatically rejected mail",
    r"(?:e-?mail )?bounced? (?:notification|report|message|e-?mail|mail)\b", r"unzustellbar", r"nicht zustellbar",
    r"(?:e-?mail|nachricht) (?:nicht zugestellt|konnte nicht)", r"(?:fehler bei der )?zustellung.{0,30}fehl",
    r"zustellungsproblem", r"r[üu]ckl[äa]ufer", r"\W*message you sent (?:was )?(?:blocked|rejected)",
    r"sorry, your (?:message|mail|e-?mail) (?:could|was|can)", r"delay(?:ed)? mail", r"non remis",
    r"échec (?:de la )?(?:remise|distribution|d'envoi)", r"(?:courriel|message) (?:non distribué|non délivré)",
    r"non distribuable", r"avis de non[- ]remise", r"no se (?:puede|pudo|ha podido) entregar",
    r"(?:correo|mensaje) (?:no entregado|devuelto|no entregable)", r"error (?:de|en la) entrega",
    r"mancat[oa] (?:recapito|consegna)", r"non recapitabile", r"messaggio non (?:recapitat|consegnat|recapitabil)",
    r"impossibile (?:recapitare|consegnare)", r"(?:mensagem )?não entregue", r"falha na entrega",
    r"não é possível entregar", r"devolução de mensagem", r"onbestelbaar",
    r"(?:bericht|e-?mail) niet (?:bezorgd|afgeleverd)", r"kan niet worden bezorgd",
    r"(?:meddelandet )?(?:kunde inte levereras|ej levererat)", r"kunne ikke leveres", r"ikke levert",
    r"(?:wiadomość )?niedostarczon", r"nie można dostarczyć", r"nedoruč", r"недоставлен", r"не ?доставлен",
    r"не удалось доставить", r"сообщение не доставлено", r"ваше сообщение не доставлено", r"配信不能",
    r"配信できません", r"メッセージを配信できません", r"メールエラー通知", r"送信できません", r"エラーメール", r"不達",
    r"退信", r"(?:邮件)?(?:投递失败|无法投递|发送失败|未送达|传输失败)", r"郵件(?:無法)?(?:遞送|投遞)", r"系统退信",
    r"배달 ?(?:실패|불가)", r"반송",
)  # fmt: skip

# Whole subjects that no person writes.
TECHNICAL_SUBJECTS = (
    r"delivery (?:status )?notification ?[(:-].{1,60}", r"undelivered mail returned to sender",
    r"mail delivery failed: returning message to sender", r"mail system error - returned mail",
    r"returned mail: (?:see transcript for details|user unknown|service unavailable|host unknown)",
    r"message delayed \(\S+@\S+\)",
)  # fmt: skip

# How a mail system opens, and what stands at the start of a line when it says what became of a mail.
BOUNCE_OPENINGS = (
    r"(?:hello, )?this is the (?:\S+ ){0,3}(?:mail system|(?:mail|e-?mail) server|mail delivery \w+|program) at\b",
    r"this is the mailer-daemon", r"hi\. (?:this is )?the (?:\S+ ){1,3}(?:program )?at\b",
    r"this (?:message|e-?mail|mail|report) (?:was|is|has been) (?:created|generated|sent) automatically by",
    r"this is an? (?:automat\w+|advisory-only) .{0,40}(?:deliver|mail (?:software|system)|e-?mail)",
    r"this is (?:an? )?(?:delivery (?:failure|status)|.{0,20}delivery status notification)",
    r"this report relates to a message you sent", r"message from (?:\S+ ){0,5}(?:suite|viruswall)\b",
    r"message from \S+\.$", r"transcript of session follows", r"the original (?:message|mail) was received at",
    r"non-?delivery report\W*$",
    r"<?\S+@\S+\W{1,5}(?:no such (?:user|address|mailbox)|user unknown|unknown user|mailbox (?:is )?full)\b",
    r"(?:i'm |we're |we are |i am )?(?:sorry|afraid)\b.{0,60}(?:able to deliver|could not (?:be|deliver)|cannot "
    r"be delivered|inform you that (?:your|the) message)",
    r"(?:we're |we are )?sorry[,.] (?:there's a problem with the e-?mail address|we were unable to deliver)",
    r"(?:unfortunately, )?(?:your|the following|the|this|a) (?:e-?mail |mail )?(?:message|mail|e-?mail)\b.{0,120}"
    r"(?:could not|cannot|can't|couldn't|was not|wasn't|has not|hasn't|not) (?:yet )?(?:be(?:en)? "
    r")?(?:delivered|sent|accepted)",
    r"(?:your|the) (?:message|mail|e-?mail)\b.{0,80}(?:encountered delivery problems|was (?:automatically "
    r")?rejected|has been (?:rejected|delayed))", r"your (?:message|mail|e-?mail):?$",
    r"(?:your )?message to:? .{0,80}(?:blocked|rejected|could not be|was not)",
    r"message (?:could )?not (?:be )?delivered", r"was blocked by our\b",
    r"(?:could not|was not|cannot) be(?:en)? delivered\b", r"was not delivered to",
    r"(?:has|have) (?:not )?(?:yet )?been (?:delivered|rejected|postponed)\b",
    r"did not reach (?:some or all of |the following|the intended)",
    r"(?:message |mail )?delivery (?:of e-?mail )?to (?:the following|this|these|\S+@)",
    r"delivery (?:has failed to these|failed \d+ attempts)", r"delivery incomplete",
    r"there was an? (?:(?:temporary )?problem|error) (?:while )?(?:attempting to deliver|delivering)",
    r"(?:could not|unable to|cannot|was not able to|were unable to|failed to) deliver (?:the |your |this "
    r")?(?:following )?(?:message|mail|e-?mail)", r"undeliverable (?:to|mail|message|address)\b",
    r"(?:error: )?no valid recipients", r"mailenable: message could not",
    r"sorry, (?:no mailbox|i (?:couldn't|wasn't able))",
    r"(?:sent |received )?(?:<<<|>>>) (?:rcpt|mail|data|[45]\d\d)\b",
    r"(?:each of )?the following (?:address|recipient|message|mail|e-?mail)\S*\b.{0,80}"
    r"(?:fail|ha(?:d|ve) (?:permanent|delivery|fatal|transient)|could not|not be|reject|affected|undeliver|did not|"
    r"returned because)", r"failed (?:recipient|address)", r"(?:unknown|invalid) (?:user|recipient|final delivery)",
    r"(?:the )?(?:recipient|user)\S* (?:account|mailbox) (?:is|has|exceeds)\b", r"error: invalid (?:user|recipient)",
    r"the e-?mail (?:account|address) (?:that )?you (?:entered|tried)",
    r"an error (?:was detected|occurred|has occurred) while (?:processing the enclosed|sending mail|delivering|"
    r"(?:trying|attempting) to deliver)", r"a message is delayed for more than",
    r"this is only a notification about a delay in the delivery",
    r"this is (?:the|a) (?:machine|system|computer)[- ]generated (?:message|e-?mail|mail)\b",
    r"(?:unfortunately, )?we were (?:not able|unable) to deliver your message",
    r"(?:ihre|die|diese) (?:e-?mail|nachricht)\b.{0,120}(?:konnte (?:leider )?nicht|wurde (?:leider )?nicht|"
    r"nicht) .{0,60}(?:zugestellt|übermittelt)", r"diese nachricht wurde automatisch .{0,60}(?:mail|zustell|server)",
    r"fehler bei der (?:nachrichten)?zustellung", r"die zustellung\b.{0,80}fehlgeschlagen",
    r"(?:votre|le|ce) (?:message|courriel|e-?mail)\b.{0,80}n'a pas (?:pu|été)",
    r"(?:échec de la remise|la remise a échoué)", r"impossible de remettre",
    r"(?:su|tu|el) (?:mensaje|correo)\b.{0,80}no (?:pudo|ha podido|se (?:pudo|ha podido)|puede) ser",
    r"no se (?:ha podido|pudo) entregar", r"error al entregar",
    r"il (?:suo |tuo )?messaggio\b.{0,80}non (?:è stato|e' stato|può essere|ha potuto)", r"impossibile recapitare",
    r"il recapito non è riuscito", r"(?:a )?sua mensagem\b.{0,80}n[ãa]o (?:p[ôo]de|pode|foi)",
    r"não foi possível entregar", r"falha na entrega", r"uw (?:bericht|e-?mail)\b.{0,80}(?:kon niet|is niet|kan niet)",
    r"ditt meddelande\b.{0,80}(?:kunde inte|har inte)", r"twoja wiadomość\b.{0,80}nie (?:mo|zo)",
    r"(?:к сожалению, )?ваше (?:письмо|сообщение)\b.{0,80}не (?:мож|было|доставл)", r"это письмо создано автоматически",
    r".{0,40}(?:送信できません|配信できません|配送できません|送信に失敗|届けることができません)", r"次のあて先への",
    r".{0,20}(?:邮件|郵件|信件).{0,20}(?:无法|無法|未能|没有|被退)",
)  # fmt: skip

# Openings that need no second sign: no person begins a mail so, and who passes one on says so above it.
CERTAIN_OPENINGS = (
    r"this is the (?:\S+ ){0,8}(?:mail system|program) at host\b", r"hi\. this is the \S+ program at\b",
    r"this (?:message|e-?mail|mail|report) (?:was|is|has been) (?:created|generated) automatically by",
    r"i'm (?:sorry to have to inform you|afraid i wasn't able to deliver)",
    r"this is an automatically generated delivery status notification",
    r"delivery (?:to the following recipients?|has failed to these recipients)\b",
    r"(?:your message )?did not reach (?:some or all of the intended|the following) recipient",
    r"the following recipient(?:s|\(s\))? (?:could not|cannot) be reached",
    r"this report relates to a message you sent with the following header fields",
    r"(?:the )?following addresses ha(?:d|ve) (?:permanent|transient|fatal|delivery)\b.{0,40}(?:errors|problems|"
    r"notific)", r"your (?:message|mail|e-?mail) to the following recipients? (?:could not|cannot|was not)",
    r"your message to <\S+> was automatically rejected", r"was blocked by our (?:spam|anti-?spam|virus|content)\b",
    r"your message (?:is|has been) delayed and is still awaiting delivery",
    r"this is only a notification about a delay in the delivery of your message",
    r"(?:undeliverable|failed|invalid|unknown) (?:address|recipient|user): \S+@\S+$",
    r"(?:address not found|message (?:not delivered|blocked|rejected)|delivery incomplete|inbox full) \*\*$",
    r"this message could not be delivered due to an? \w+ error",
    r"your message (?:wasn't|couldn't be) delivered to \S+@\S+ because",
    r"\S+ rejected your message to the following e-?mail addresses",
    r"you (?:are|were) not (?:an? (?:\w+ )?member of|allowed to post to|subscribed to) this mailing list",
    r"fehler bei der nachrichtenzustellung an folgende", r"échec de la remise (?:pour|à) ces destinataires",
    r"la remise (?:à ces destinataires|aux destinataires suivants) a échoué",
    r"(?:no se pudo entregar|error en la entrega)\b.{0,20} a (?:estos|los siguientes) destinatarios",
    r"recapito non riuscito (?:per|a) (?:i seguenti|questi) destinatari",
    r"falha (?:na|ao) entreg\w+ (?:a|para) (?:estes|esses|os seguintes) destinatários",
    r"bezorging aan (?:de volgende|deze) geadresseerden\b",
    r"leveransen? till följande mottagare\b.{0,20} misslyckades",
    r"levering til (?:disse|følgende) m(?:ottakerne?|odtagere)", r"dostarczenie do (?:następujących|tych) adresatów",
    r"(?:сбой|не удалось) достав(?:ки|ить) (?:сообщение )?следующим получател",
    r"(?:以下の|これらの)受信者またはグループへの配信", r"(?:未能|无法)将邮件(?:传递|发送)(?:给|到)(?:以下|下列)收件人",
)  # fmt: skip

# The fields of a report on a delivery (RFC 3464 section 2), which some gateways write out as plain text.
STATUS_FIELDS = (
    r"reporting-mta ?:", r"(?:final|original)-recipient ?:",
    r"action ?: ?(?:failed|delayed|relayed|expanded|delivered)", r"status ?: ?[245]\.\d", r"diagnostic-code ?:",
    r"remote-mta ?:", r"arrival-date ?:", r"last-attempt-date ?:", r"received-from-mta ?:",
)  # fmt: skip

# First persons, who write "my mail came back with this". What stands above a server's opening is then a person's. With
# regard to case: "Mon" is a day, too.
FIRST_PERSONS = (
    r"\bI\b", r"\b(?:[Mm]y|me|mine)\b", r"\b(?:[Ii]ch|[Mm]ir|[Mm]ich|[Mm]ein(?:e[mnrs]?)?)\b",
    r"\b(?:[Jj]e|moi|mon|mes)\b", r"\b(?:[Jj]|[Mm])['’]", r"\b(?:[Yy]o|mi|mis)\b", r"\b(?:[Ii]o|mio|mia|miei)\b",
    r"\b(?:[Ee]u|meus?|minhas?)\b", r"\b(?:[Ii]k|mij|[Mm]ijn)\b",
)  # fmt: skip
# Words of a server's that may end a line with a colon above what it goes on to say.
REPORTING_WORDS = (r"\b(?:message|mail|report|reasons?|following|original|recipients?|address\w*)\b",)

# What a mail server says of a failure, anywhere in the text.
SERVER_WORDS = (
    r"\b[45]\d\d[- ]#?[45]\.\d{1,3}\.\d{1,3}\b", r"\(#[45]\.\d\.\d\)",
    r"\b55[0-4][ -]#?(?:5\.|user|mailbox|requested|recipient|relay|mail\b|message|no such|unknown|reject|"
    r"address|<|\S+@)",
    r"\brcpt to\b", r"remote (?:host|smtp server) (?:said|returned)", r"smtp error",
    r"(?:user|recipient|addressee) (?:unknown|not known)", r"(?:unknown|no such) (?:user|recipient|address|host)",
    r"mailbox (?:is )?(?:full|unavailable|disabled)", r"mailbox (?:here )?by that name",
    r"over ?quota|quota (?:exceeded|violation)|exceeded .{0,20}quota",
    r"account (?:is |has been )?(?:disabled|inactive|closed|suspended)", r"recipient address rejected",
    r"does not like recipient", r"invalid (?:final delivery|recipient)", r"final-recipient:", r"action: failed",
    r"diagnostic-code:", r"status: [45]\.\d", r"error[-_ ]code", r"smtp error from remote",
    r"groups\.google\.com/support\b",
)  # fmt: skip
COPY_OF_MAIL = (
    r"original message (?:follows|headers|(?:is )?(?:attached|enclosed))", r"copy of the (?:original )?message",
    r"copy of your message", r"message (?:text|headers?|log) follows", r"returned (?:mail|message) (?:-|follows)",
    r"^[ \t]*received:[ \t]*from\b", r"mensaje original adjunto", r"unsent message", r"returned message",
)  # fmt: skip

# A machine says so of its own mail, never without one of these words.
AUTOMATIC_WORDS = ("auto", "wird nicht", "will not be forwarded")
AUTOMATIC_PHRASES = (
    r"this is an auto(?:matic|mated|matically generated|[- ]?generated)? ?(?:automatic |automated )?(?:reply|"
    r"response|answer|message|e-?mail|mail)",
    r"(?:this|your) .{0,20}(?:was|has been) (?:automatically|auto-) ?(?:generated|sent|answered)",
    r"dies(?:e|es)? ist ein(?:e)? automatisch", r"diese (?:e-?mail|nachricht|antwort) wurde automatisch",
    r"ceci est (?:une réponse|un message) automatique", r"este es un (?:mensaje|correo) automático",
    r"esta es una respuesta automática", r"(?:questo è un messaggio|questa è una risposta) automatic",
    r"esta é uma (?:resposta|mensagem) automática", r"dit is een automatisch",
    r"ihre (?:e-?mail|nachricht) wird nicht (?:automatisch )?(?:weitergeleitet|gelesen)",
    r"your (?:e-?mail|message) will not be forwarded",
)  # fmt: skip

# A notice speaks against answers to it, besides that it is automatic.
NO_ANSWER_WORDS = (
    "reply", "respond", "monitored", "antworten", "überwacht", "répond", "conteste", "responda", "risponde", "antwoord",
)  # fmt: skip
NO_ANSWER_PHRASES = (
    r"(?:do not|don't|cannot|can't) (?:reply|respond) to (?:this|it)\b|please do not (?:reply|respond)\b",
    r"(?:bitte )?antworten sie (?:bitte )?nicht", r"(?:merci de )?ne pas y? ?répondre|n'y répondez pas",
    r"no (?:responda|conteste)", r"(?:non rispondere|di non rispondere)", r"não responda",
    r"(?:niet (?:op )?(?:antwoorden|beantwoorden|reageren))",
)  # fmt: skip
UNMONITORED_PHRASES = (
    r"(?:mailbox|inbox|address|account) is (?:not|un)(?: ?being)? ?(?:monitored|read|attended)",
    r"sent from (?:an unmonitored|a notification-only|a no-?reply)",
    r"(?:postfach|adresse|mails?) wird nicht (?:gelesen|überwacht|bearbeitet)",
)  # fmt: skip

# What a ticket system confirms, and the number it gives; or the line below which it wants nothing.
REPLY_LINE = (
    r"(?:please )?(?:type|write|enter) your reply above this line", r"reply above this line",
    r"bitte (?:antworten|schreiben) sie (?:nur )?(?:ober|über)\w* dieser? (?:linie|zeile)",
    r"(?:répondre|veuillez répondre) au-dessus de cette ligne", r"(?:responda|escriba) (?:por )?encima de esta línea",
)  # fmt: skip
REQUEST_RECEIVED = (
    r"your (?:request|enquiry|inquiry|message|e-?mail|ticket|case) (?:\(\S+\) )?has been (?:received|registered|"
    r"logged)", r"we(?:'ve| have) received your\b|thank you for (?:contacting|your (?:enquiry|inquiry|request))",
    r"(?:ticket|case) has been (?:created|opened)",
    r"(?:haben|ist) .{0,60}(?:erhalten|eingegangen)|vielen dank für ihre anfrage", r"avons bien reçu votre",
    r"hemos recibido su", r"abbiamo ricevuto la (?:tua|sua|vostra)", r"recebemos (?:o seu|a sua)",
    r"hebben uw .{0,30}ontvangen",
)  # fmt: skip
TICKET_WORDS = ("ticket", "case", "request", "reference", "incident", "nummer", "numéro", "n°", "número", "numero")
TICKET_NUMBER = (
    r"(?:ticket|case|request|reference|incident) ?(?:number|no\.?|id|#)(?: is|:)? ?#?[a-z-]{0,8}\d{2}",
    r"(?:ticket|vorgangs|anfrage|fall|bearbeitungs)-?nummer(?: lautet| ist|:)? ?#?[a-z-]{0,8}\d{2}",
    r"(?:numéro|n°) (?:de|du) (?:ticket|dossier|demande)\D{0,12}\d{2}",
    r"número (?:de|del|do) (?:ticket|caso|solicitud|pedido)\D{0,8}\d{2}",
    r"numero (?:di|del) (?:ticket|caso|richiesta)\D{0,8}\d{2}", r"(?:ticket|zaak)nummer\D{0,8}\d{2}",
)  # fmt: skip

# What a calendar program writes where a person clicked on an answer, or invited; the subject begins it.
INVITATION_SUBJECTS = (
    r"(?:updated )?invitation:", r"(?:accepted|declined|tentative(?:ly accepted)?):", r"cancell?ed(?: event)?:",
    r"new time proposed:", r"(?:zugesagt|abgelehnt|mit vorbehalt|abgesagt|(?:aktualisierte )?einladung):",
    r"(?:accepté|refusé|provisoire|annulé|invitation) ?:",
    r"(?:aceptad[oa]|rechazad[oa]|provisional|cancelad[oa]|invitación):",
    r"(?:accettato|rifiutato|provvisorio|annullato|invito):", r"(?:aceit[oe]|recusado|provisório|cancelado|convite):",
    r"(?:geaccepteerd|afgewezen|voorlopig|geannuleerd|uitnodiging):",
)  # fmt: skip
INVITATION_PHRASES = (
    r"has (?:tentatively )?(?:accepted|declined|replied \S+ to) this invitation",
    r"you have been invited to the following event", r"this event has been (?:changed|updated|cancell?ed)",
    r"hat (?:diese|die) einladung .{0,20}(?:angenommen|abgelehnt|zugesagt)",
    r"(?:accepté|refusé|décliné) cette invitation", r"(?:aceptado|rechazado) esta invitación",
    r"(?:accettato|rifiutato) questo invito", r"(?:aceitou|recusou) (?:este|o) convite",
    r"heeft deze uitnodiging .{0,20}(?:geaccepteerd|afgewezen)",
)  # fmt: skip

# What every automatic mail of whiteglove says of itself (the `notice` of each language), by both of its halves.
# Whoever changes the wording of theirs keeps the headers, the thread and the limits against loops.
NOTICES = (
    r"written automatically.{1,120}?i read your mail myself",
    r"automatisch geschrieben.{1,120}?nachricht lese ich selbst",
    r"écrit automatiquement.{1,120}?je lis moi-même (?:ton|votre) message",
    r"escrito automáticamente.{1,120}?mensaje lo leo yo personalmente",
    r"scritt[eo] automaticamente.{1,120}?messaggio lo leggo io personalmente",
    r"escrit[ao] automaticamente.{1,120}?leio pessoalmente a (?:tua|sua) mensagem",
    r"automatisch geschreven.{1,120}?mail lees ik zelf",
)

# Services that hold a mail back until its sender proves to be a person; it takes two of these phrases. All but one of
# them hold one of the words, which are looked for first.
CHALLENGE_WORDS = ("confirm", "verif", "authenticate", "prove", "held", "challenge", "spam", "one-time", "one time")
CHALLENGE_PHRASES = (
    r"(?:confirm|verify|prove) (?:that )?you(?:'re| are) (?:a (?:real )?(?:human|person)|not (?:a )?(?:spam|"
    r"robot|machine))",
    r"(?:click|follow|visit)\b.{0,60}\bto (?:verify|confirm|authenticate|authorize)\b.{0,40}\b(?:you|your "
    r"(?:e-?mail|address|message|identity))",
    r"(?:your|this) (?:message|e-?mail|mail)\b.{0,60}(?:is |has been |was )(?:being )?held\b.{0,80}(?:confirm|"
    r"verif|until|because|pending|approval)",
    r"(?:reply to|respond to) this (?:message|e-?mail|mail) .{0,60}(?:to confirm|to have your|so that your)",
    r"\b(?:guest|approved senders?|white)[- ]?list\b", r"challenge[-/ ]response",
    r"(?:boxbe|spam ?arrest|tmda|spamfence|active spam killer|knowspam|qurb)\b",
    r"to (?:control|reduce|stop|eliminate) (?:the )?(?:spam|junk)",
    r"one[- ]time (?:confirmation|verification|process)", r"(?:please )?confirm your message",
)  # fmt: skip

MACHINE_REPORT_SUBJECTS = (
    r"\[?(?:preview\] )?report[- ]domain: ?\S+\s+submitter: ?\S+",
    r"dmarc (?:forensic|failure) report for \S+ from ip \S", r"complaint about message from \d",
)  # fmt: skip
RECEIPT_SUBJECTS = (
    r"(?:delivered|relayed|expanded):", r"(?:zugestellt|weitergeleitet):", r"(?:remis|relayé) ?:", r"entregado:",
    r"entregue:", r"(?:recapitato|consegnato):", r"(?:bezorgd|afgeleverd):", r"read(?: receipt)?:", r"not read:",
    r"gelesen:", r"ungelesen gelöscht:", r"lu ?:", r"non lu ?:", r"leído:", r"letto:", r"lida?:", r"gelezen:", r"läst:",
    r"lest:", r"læst:", r"przeczytano:", r"přečteno:", r"прочитано:", r"прочтено:", r"開封済み:", r"已读:",
    r"read receipt\b", r"return receipt\b", r"empfangsbestätigung\b", r"lesebestätigung\b",
    r"accusé de (?:réception|lecture)\b", r"confirmación de lectura\b", r"conferma di lettura\b",
    r"confirmação de leitura\b", r"leesbevestiging\b",
)  # fmt: skip
RECEIPT_PHRASES = (
    r"(?:has been|was) (?:successfully )?(?:delivered|relayed) to the following",
    r"delivery to these recipients or groups is", r"den folgenden empfängern zugestellt",
    r"(?:remis|relayé) aux destinataires suivants",
    r"entreg(?:ado|ue) a(?:os)? (?:los )?(?:siguientes|seguintes) destinat",
    r"(?:recapitato|consegnato) ai seguenti destinatari", r"aan de volgende geadresseerden (?:bezorgd|afgeleverd)",
    r"this is a (?:read|return) receipt", r"this (?:return )?receipt (?:verifies|only acknowledges)",
    r"\b(?:was|were) (?:read|displayed|opened|deleted) (?:on|at|without)",
    r"\bwurde am .{0,40}(?:gelesen|angezeigt|geöffnet)", r"dies ist eine (?:eingangs|lese|empfangs)bestätigung",
    r"\ba été (?:lu|affiché|ouvert)", r"\b(?:se ha leído|fue leído|se mostró|se leyó)",
    r"\bè stato (?:letto|visualizzato|aperto)", r"\bfoi (?:lida|exibida|aberta)", r"\bis gelezen",
    r"\b(?:har lästs|er lest|blev læst|został[ao]? przeczytan|bylo? přečten|прочитано|было прочитано)",
)  # fmt: skip
