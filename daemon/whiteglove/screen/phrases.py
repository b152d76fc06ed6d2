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
    r"could not (?:send|deliver) message", r"message delayed", r"automatically rejected mail",
    r"email bounce notification", r"error sending (?:mail|message)", r"unzustellbar", r"nicht zustellbar",
    r"(?:e-?mail|nachricht) (?:nicht zugestellt|konnte nicht)", r"(?:fehler bei der )?zustellung.{0,30}fehl",
    r"zustellungsproblem", r"r[üu]ckl[äa]ufer", r"\W*message you sent (?:was )?(?:blocked|rejected)",
    r"sorry, your (?:message|mail|e-?mail)", r"delay(?:ed)? mail", r"non remis",
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
    r"this message is to inform you that an? e-?mail", r"this report relates to a message you sent",
    r"message from (?:\S+ ){0,5}suite\b", r"message from \S+\.$", r"transcript of session follows",
    r"the original message was received at",
    r"(?:i'm |we're |we are |i am )?(?:sorry|afraid)\b.{0,60}(?:able to deliver|could not (?:be|deliver)|cannot "
    r"be delivered|inform you that (?:your|the) message)",
    r"(?:we're|we are) sorry\. there's a problem with the e-?mail address",
    r"(?:unfortunately, )?(?:your|the following|the|this|a) (?:e-?mail |mail )?(?:message|mail|e-?mail)\b.{0,120}"
    r"(?:could not|cannot|can't|couldn't|was not|wasn't|has not|hasn't|not) (?:yet )?(?:be(?:en)? "
    r")?(?:delivered|sent|accepted)",
    r"(?:your|the) (?:message|mail|e-?mail)\b.{0,80}(?:encountered delivery problems|was (?:automatically "
    r")?rejected|has been (?:rejected|delayed))",
    r"your (?:message|mail|e-?mail):?$", r"your message with subject:?",
    r"(?:your )?message to:? .{0,80}(?:blocked|rejected|could not be|was not)",
    r"message (?:could )?not (?:be )?delivered", r"was blocked by our\b",
    r"(?:could not|was not|cannot) be(?:en)? delivered\b", r"was not delivered to",
    r"(?:has|have) (?:not )?(?:yet )?been (?:delivered|rejected|postponed)\b",
    r"did not reach (?:some or all of |the following|the intended)",
    r"(?:message |mail )?delivery (?:of e-?mail )?to (?:the following|this|these|\S+@)",
    r"delivery (?:has failed to these|failed \d+ attempts)", r"delivery incomplete",
    r"there was a (?:temporary )?problem (?:while )?delivering", r"there was an error while attempting to deliver",
    r"(?:could not|unable to|cannot|was not able to|were unable to|failed to) deliver (?:the |your |this "
    r")?(?:following )?(?:message|mail|e-?mail)",
    r"undeliverable (?:to|mail|message|address)\b", r"no valid recipients", r"error-for:",
    r"mailenable: message could not",
    r"(?:each of )?the following (?:address|recipient|message|mail|e-?mail)\S*\b.{0,80}"
    r"(?:fail|ha(?:d|ve) (?:permanent|delivery|fatal|transient)|could not|not be|reject|affected|undeliver|did not)",
    r"failed (?:recipient|address)", r"(?:unknown|invalid) (?:user|recipient|final delivery)",
    r"the (?:recipient|user)\S* (?:account|mailbox) is", r"user'?s mailbox is full",
    r"error: invalid (?:user|recipient)", r"the e-?mail (?:account|address) (?:that )?you (?:entered|tried)",
    r"an error (?:was detected|occurred|has occurred) while (?:processing the enclosed|sending mail|delivering|"
    r"(?:trying|attempting) to deliver)",
    r"a message is delayed for more than", r"this is only a notification about a delay in the delivery",
    r"this is the machine generated message from mail",
    r"(?:unfortunately, )?we were (?:not able|unable) to deliver your message", r"user mailbox exceeds",
    r"(?:ihre|die|diese) (?:e-?mail|nachricht)\b.{0,120}(?:konnte (?:leider )?nicht|wurde (?:leider )?nicht|"
    r"nicht) .{0,60}(?:zugestellt|übermittelt)",
    r"diese nachricht wurde automatisch .{0,60}(?:mail|zustell|server)", r"fehler bei der (?:nachrichten)?zustellung",
    r"die zustellung\b.{0,80}fehlgeschlagen",
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

# What a mail server says of a failure, anywhere in the text.
SERVER_WORDS = (
    r"\b[45]\d\d[- ]#?[45]\.\d{1,3}\.\d{1,3}\b", r"\(#[45]\.\d\.\d\)",
    r"\b55[0-4][ -]#?(?:5\.|user|mailbox|requested|recipient|relay|mail\b|message|no such|unknown|reject|"
    r"address|<|\S+@)",
    r"\brcpt to\b", r"remote (?:host|smtp server) (?:said|returned)", r"smtp error",
    r"(?:user|recipient|addressee) unknown", r"(?:unknown|no such) (?:user|recipient|address|host)",
    r"mailbox (?:is )?(?:full|unavailable|disabled)", r"mailbox by that name", r"over ?quota",
    r"quota (?:exceeded|violation)", r"exceeded .{0,20}quota",
    r"account (?:is |has been )?(?:disabled|inactive|closed|suspended)", r"recipient address rejected",
    r"does not like recipient", r"invalid (?:final delivery|recipient)", r"final-recipient:", r"action: failed",
    r"diagnostic-code:", r"status: [45]\.\d", r"error[-_ ]code", r"smtp error from remote",
)  # fmt: skip
COPY_OF_MAIL = (
    r"original message (?:follows|headers)", r"copy of the (?:original )?message", r"copy of your message",
    r"message (?:text|headers?|log) follows", r"returned mail -", r"^[ \t]*received:[ \t]*from\b",
    r"header and top \d+ lines", r"mensaje original adjunto", r"your message reads", r"bounced e-?mail",
    r"unsent message", r"returned message",
)  # fmt: skip

# What the subject of an automatic answer starts with, before a colon or alone. `Auto:` proves nothing (RFC 3834 3.1.5).
ABSENCE_SUBJECTS = (
    r"auto(?:matic|mated|matische)?[- ]?(?:reply|response|responder|antwoord)",
    r"out of (?:the )?office(?: auto-?reply| reply)?", r"automatische (?:antwort|reply|reactie)",
    r"abwesenheits(?:notiz|benachrichtigung|nachricht)", r"réponse automatique", r"message d'absence",
    r"absente? du bureau", r"respuesta automática", r"fuera de (?:la )?oficina", r"risposta automatica",
    r"fuori (?:sede|ufficio)", r"resposta automática", r"fora do escritório", r"automatisch antwoord",
    r"afwezigheidsbericht", r"autosvar", r"automatiskt? svar", r"frånvaromeddelande", r"fraværs(?:besked|melding)",
    r"automaattinen vastaus", r"poissaoloilmoitus", r"odpowiedź automatyczna", r"autoodpowiedź", r"automatická odpověď",
    r"automatikus válasz", r"răspuns automat", r"otomatik yanıt", r"автоответ(?:чик)?", r"автоматический ответ",
    r"автоматична відповідь", r"自動応答", r"自動返信", r"自动(?:回复|答复)", r"自動回覆", r"자동 ?(?:회신|응답)",
    r"תשובה אוטומטית", r"رد تلقائي",
)  # fmt: skip
ABSENCE_PHRASES = (
    r"(?:i am|i'm|i will be|we are) (?:currently |now )?(?:out of (?:the |my )?office|away|on (?:vacation|"
    r"holiday|leave)|on annual leave)",
    r"(?:bin|ist|sind) (?:ich )?.{0,60}(?:nicht im (?:büro|haus)|abwesend|im urlaub|außer haus)",
    r"je suis (?:actuellement )?(?:absent|en congé)",
    r"(?:estoy|me encuentro|estaré) (?:actualmente )?(?:fuera de la oficina|ausente|de vacaciones)",
    r"sono (?:attualmente )?(?:fuori|assente|in ferie)",
    r"(?:estou|estarei) (?:atualmente )?(?:fora|ausente|de férias)",
    r"ik ben (?:momenteel |op dit moment )?(?:afwezig|niet aanwezig|met vakantie|op vakantie)",
)  # fmt: skip
# A machine says so of its own mail, never without one of these words.
AUTOMATIC_WORDS = ("auto", "wird nicht", "will not be forwarded")
AUTOMATIC_PHRASES = (
    r"this is an auto(?:matic|mated|matically generated|[- ]?generated)? ?(?:automatic |automated )?(?:reply|"
    r"response|answer|message|e-?mail|mail)",
    r"(?:this|your) .{0,20}(?:was|has been) (?:automatically|auto-) ?(?:generated|sent|answered)",
    r"dies(?:e|es)? ist eine automatisch", r"diese (?:e-?mail|nachricht|antwort) wurde automatisch",
    r"ceci est (?:une réponse|un message) automatique", r"este es un (?:mensaje|correo) automático",
    r"esta es una respuesta automática", r"(?:questo è un messaggio|questa è una risposta) automatic",
    r"esta é uma (?:resposta|mensagem) automática", r"dit is een automatisch",
    r"ihre (?:e-?mail|nachricht) wird nicht (?:automatisch )?(?:weitergeleitet|gelesen)",
    r"your (?:e-?mail|message) will not be forwarded",
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
    r"read(?: receipt)?:", r"not read:", r"gelesen:", r"ungelesen gelöscht:", r"lu ?:", r"non lu ?:", r"leído:",
    r"letto:", r"lida?:", r"gelezen:", r"läst:", r"lest:", r"læst:", r"przeczytano:", r"přečteno:", r"прочитано:",
    r"прочтено:", r"開封済み:", r"已读:", r"read receipt\b", r"return receipt\b", r"empfangsbestätigung\b",
    r"lesebestätigung\b", r"accusé de (?:réception|lecture)\b", r"confirmación de lectura\b", r"conferma di lettura\b",
    r"confirmação de leitura\b", r"leesbevestiging\b",
)  # fmt: skip
RECEIPT_PHRASES = (
    r"this is a (?:read|return) receipt", r"this (?:return )?receipt (?:verifies|only acknowledges)",
    r"\b(?:was|were) (?:read|displayed|opened|deleted) (?:on|at|without)",
    r"\bwurde am .{0,40}(?:gelesen|angezeigt|geöffnet)", r"dies ist eine (?:eingangs|lese|empfangs)bestätigung",
    r"\ba été (?:lu|affiché|ouvert)", r"\b(?:se ha leído|fue leído|se mostró|se leyó)",
    r"\bè stato (?:letto|visualizzato|aperto)", r"\bfoi (?:lida|exibida|aberta)", r"\bis gelezen",
    r"\b(?:har lästs|er lest|blev læst|został[ao]? przeczytan|bylo? přečten|прочитано|было прочитано)",
)  # fmt: skip
