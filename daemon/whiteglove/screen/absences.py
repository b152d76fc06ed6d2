"""What answers on absence say, in the languages they say it. Data only, as in `phrases.py`."""

from __future__ import annotations

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
# Where somebody says that they are away, one of these stands.
ABSENCE_WORDS = (
    "office", "ooo", "out sick", "off ", "travel", "geschlossen", "fermé", "cerrad", "chius", "gesloten", "vacation",
    "holiday", "leave", "away", "closed", "no longer", "büro", "haus", "abwesend", "urlaub", "elternzeit",
    "mutterschutz", "erreichbar", "dienstreise", "absent", "congé", "vacances", "déplacement", "oficina", "ausente",
    "vacaciones", "permiso", "fuori", "assente", "ferie", "vacanz", "fora", "férias", "licença", "afwezig", "aanwezig",
    "vakantie", "verlof", "semester", "ledig", "frånvarande", "kontoret", "fraværende", "lomalla", "poissa", "urlop",
    "biurem", "nieobecn", "dovolen", "kancelář", "szabadság", "concediu", "birou", "izinde", "tatilde", "ofis", "άδεια",
    "γραφείου", "отпуск", "офис", "командировк", "отсутств", "відпустц", "офіс", "відряджен", "休暇", "不在", "お休み",
    "休業", "休假", "度假", "出差", "휴가", "부재", "출장",
)  # fmt: skip
ABSENCE_PHRASES = (
    r"\b(?:i am|i'm|i will be|i'll be|we are|we're|we will be) (?:currently |now |presently )?(?:out of (?:the |"
    r"my )?" r"office|away|on (?:\w+ )?(?:vacation|holidays?|leave))",
    r"(?:offices?|shop|company|studio) (?:is|are|will be|remains?) (?:currently )?closed",
    r"\b(?:i am|i'm|i will be|i'll be) (?:currently )?(?:ooo|out sick|travell?ing|off (?:until|till|from))\b",
    r"(?:büros?|betrieb|studio|geschäft) (?:ist|sind|bleib(?:t|en)) .{0,50}geschlossen",
    r"bureaux? (?:sont|seront|est|sera) fermée?s?", r"oficinas? (?:está|estará|estarán|están|permanecerán) cerrad",
    r"(?:uffici|ufficio|studio) (?:è|sono|sarà|saranno|resterà) chius", r"kantoor is .{0,40}gesloten",
    r"no longer (?:work(?:ing)?|employed|with) (?:at|for|by|the)?",
    r"\b(?:bin|ist|sind|befinde) (?:ich |mich |wir )?.{0,60}(?:nicht im (?:büro|haus)|abwesend|im urlaub|außer haus|"
    r"" r"" r"" r"" r"in (?:elternzeit|mutterschutz)|nicht erreichbar|auf dienstreise)",
    r"wieder (?:im büro|im haus|erreichbar)",
    r"\bje (?:suis|serai) (?:actuellement )?(?:absente?|en (?:congés?|vacances|déplacement))",
    r"(?:^|actuellement )absente? (?:du bureau|jusqu)",
    r"(?:estoy|me encuentro|estaré) (?:actualmente )?(?:fuera de la oficina|ausente|de (?:vacaciones|permiso))",
    r"\bs(?:ono|arò) (?:attualmente )?(?:fuori|assente|in (?:ferie|vacanza))",
    r"(?:estou|estarei|encontro-me) (?:atualmente )?(?:fora|ausente|de (?:férias|licença))",
    r"\bben (?:ik )?(?:momenteel |op dit moment )?(?:afwezig|niet aanwezig|(?:met|op) (?:vakantie|verlof))",
    r"jag (?:är|har) (?:för närvarande )?(?:på semester|semester|ledig|frånvarande|inte på kontoret)",
    r"jeg (?:er|har) (?:for tiden |i øjeblikket )?(?:på ferie|ferie|(?:ute av|ikke på) kontoret|fraværende)",
    r"\bolen (?:tällä hetkellä )?(?:lomalla|poissa)",
    r"(?:przebywam|jestem) (?:obecnie )?(?:na urlopie|poza biurem|nieobecn)",
    r"(?:mám|čerpám) dovolenou|jsem (?:na dovolené|mimo kancelář)", r"szabadságon (?:vagyok|leszek)",
    r"sunt (?:plecată? )?în concediu|nu sunt la birou", r"(?:izinde|tatilde|ofis dışında)",
    r"(?:βρίσκομαι|είμαι) (?:σε άδεια|εκτός γραφείου)",
    r"я (?:нахожусь )?в (?:отпуске|командировке)|меня (?:нет|не будет) в офисе|отсутствую",
    r"я у (?:відпустці|відрядженні)|мене немає в офісі",
    r"休暇を(?:いただ|頂|取得)|不在に(?:して|なり)|お休みをいただ|休業", r"(?:正在|目前)(?:休假|度假|出差)|不在办公室",
    r"(?:휴가|부재|출장) ?중",
)  # fmt: skip
# What the rest of such an answer speaks of: the way back, mail that is not read, and whom to ask meanwhile.
RETURN_PHRASES = (
    r"when i'm back|(?:on|upon|after|when) (?:my|our) return|(?:when|as soon as|once) (?:i|we) (?:return|am back|"
    r"are back|" r"get back)", r"(?:will|'ll) (?:be back|not return until)|be back (?:on|in|from)\b",
    r"(?:will|'ll) get back to you (?:when|as soon|once|after)", r"(?:will )?re-?open on\b",
    r"nach meiner (?:rückkehr|abwesenheit)|(?:sobald|wenn) ich (?:wieder )?(?:zurück|da) bin",
    r"(?:dès|à|après) (?:mon|notre) retour|je (?:reviens|serai de retour)",
    r"(?:a|tras|después de) mi (?:regreso|vuelta)|cuando (?:regrese|vuelva)", r"al (?:mio )?(?:rientro|ritorno)\b",
    r"(?:no|após o|ao) meu (?:regresso|retorno)|quando (?:voltar|regressar)",
    r"na mijn (?:terugkomst|terugkeer|vakantie)|zodra ik (?:weer )?terug", r"när jag (?:är |kommer )?tillbaka",
    r"når jeg er tilba[kg]e", r"palattuani|kun palaan", r"po (?:moim )?powrocie", r"po (?:svém )?návratu",
    r"visszatérésem|visszaérkezésem", r"la întoarcere|când mă întorc", r"döndüğümde",
    r"με την επιστροφή μου|όταν επιστρέψω", r"(?:после|по) возвращени", r"після повернення", r"戻り次第|休暇明け",
    r"(?:回来|返回)后", r"복귀 (?:후|하는)",
    r"\bab (?:dem |montag|dienstag|mittwoch|donnerstag|freitag|\d).{0,40}wieder",
)  # fmt: skip
UNREAD_PHRASES = (
    r"(?:limited|no|without|intermittent|restricted) access to (?:my |the )?(?:e-?mail|mail|inbox)",
    r"not (?:be )?(?:check|read|monitor|able to (?:read|check|access))(?:ing)? (?:my )?(?:e-?mail|mail|messages)",
    r"(?:keinen|eingeschränkten|nur (?:eingeschränkt|begrenzt)\w*) zugriff auf .{0,12}(?:mail|post|nachricht)",
    r"(?:mails?|nachrichten) (?:werden|wird) nicht (?:gelesen|(?:automatisch )?weitergeleitet)",
    r"(?:pas accès|accès (?:très )?limité) à (?:ma|mes) (?:messagerie|mails?|e-mails?|courriels)",
    r"(?:acceso limitado|sin acceso|no (?:tengo|tendré) acceso) a(?:l| mi) (?:correo|e-?mail)",
    r"(?:non (?:ho|avrò) accesso|accesso limitato) all[ae] (?:posta|mail|e-mail)",
    r"(?:acesso limitado|sem acesso) ao (?:meu )?(?:e-?mail|correio)",
    r"(?:beperkte?|geen) toegang tot mijn (?:e-?)?mail|lees (?:ik )?mijn (?:e-?)?mail niet",
    r"l[äæe]ser (?:inte|ikke) (?:min |mina |mine )?(?:e-?post|mejl|mails?)|begr[eæä]nsad tillgång|begrenset tilgang",
    r"en lue sähköposti", r"ograniczon\w+ dostęp\w* do (?:poczty|e-?mail)", r"omezený přístup", r"доступ\w* к почте",
)  # fmt: skip
MEANWHILE_PHRASES = (
    r"(?:in|for|if|anything)\b.{0,30}\b(?:urgent|urgency|emergenc(?:y|ies)|immediate (?:assistance|help|attention))",
    r"(?:in|during) my absence", r"(?:cannot|can't) wait\b",
    r"in (?:dringenden|eiligen|wichtigen) (?:fällen|angelegenheiten)|bei dringenden|in notfällen",
    r"während meiner abwesenheit", r"wenden sie sich (?:bitte )?an\b",
    r"en cas d'urgence|pour toute (?:urgence|question urgente|demande urgente)|mon absence",
    r"(?:asunto|caso|tema)s? urgentes?|(?:en caso de|para cualquier) urgencia|en mi ausencia",
    r"per (?:urgenze|(?:questioni|comunicazioni) urgenti)|in caso di urgenza|in mia assenza",
    r"em caso de urgência|(?:assunto|caso)s? urgentes?|na minha ausência", r"(?:bij|voor) (?:spoed|dringende|urgente)",
    r"(?:vid|i|för) (?:brådskande|akuta)", r"ved (?:haste|akutte)", r"kiireellisis",
    r"w (?:pilnych|nagłych)|sprawach pilnych", r"v (?:naléhavých|urgentních|neodkladných)",
    r"sürgős (?:esetben|ügyben)", r"(?:pentru|în caz de) urgenț", r"acil (?:durum|konu)", r"(?:για|σε) επείγο",
    r"(?:по|в) (?:срочн|экстренн)", r"(?:з|у) (?:термінов|невідкладн)", r"急ぎの(?:場合|方|ご用)|緊急", r"紧急|急事",
    r"급한|긴급",
)  # fmt: skip
# Who asks for something beside that asks as a person.
REQUEST_WORDS = (
    r"\b(?:please|bitte|graag)\b", r"\b(?:s'il (?:te|vous) pla[iî]t|merci de)\b", r"\bpor favor\b", r"\bper favore\b",
    r"\bal(?:sjeblieft|stublieft)\b", r"\b(?:proszę|prosím|пожалуйста|будь ласка)\b",
)  # fmt: skip
THANKS_FOR_MAIL = (
    r"thank(?:s| you)(?: very much)? for (?:your|the|contacting|getting|writing|reaching)",
    r"(?:dank|danke) für (?:ihre|deine|die)", r"merci (?:pour|de) (?:votre|ton)", r"gracias por (?:su|tu|contactar)",
    r"grazie per (?:il|la|aver)", r"obrigad[oa] pel[oa]", r"(?:bedankt|dank (?:u|je)(?: wel)?) voor",
    r"(?:tack för|takk for|tak for)", r"kiitos viest", r"dziękuję za", r"děkuji za", r"köszönöm", r"mulțumesc pentru",
    r"teşekkür", r"ευχαριστώ", r"(?:спасибо|благодарю) за", r"дякую за", r"ありがとうございます", r"(?:感谢|谢谢)",
    r"감사합니다",
)  # fmt: skip
