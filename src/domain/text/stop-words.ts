/**
 * English words that carry grammar rather than a subject: left out of keywords, not of the lexical feature, where inverse
 * document frequency weighs them down in whatever language. The closed classes only: articles, pronouns, prepositions,
 * conjunctions, auxiliaries and their contractions.
 */
const LIST = `
a an the this that these those
i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself
we us our ours ourselves they them their theirs themselves who whom whose which what someone something anyone anything
and or but nor so yet if then else than because while although though unless until whether as
of at by for with without about against between into onto through during before after above below to from up down in out
on off over under within upon among per via near
am is are was were be been being have has had having do does did doing will would shall should can could may might must
not no only own same too very just also again further once here there when where why how all any both each few more most
other some such every either neither much many
i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd i'll you'll he'll
she'll we'll they'll isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't shan't shouldn't
can't cannot couldn't mustn't let's that's who's what's here's there's when's where's why's how's
`;

export const ENGLISH_STOP_WORDS: ReadonlySet<string> = new Set(LIST.trim().split(/\s+/));
