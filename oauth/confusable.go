package oauth

import "strings"

// alike says which small letter or digit looks like which Latin letter in most typefaces: the part of Unicode's
// confusables.txt that a name could pass for another with. Full-width, mathematical and enclosed letters, ligatures and
// accents are taken apart before.
var alike = map[rune]string{
	// digits and signs
	'0': "o", '1': "l", 'i': "l", '|': "l", '!': "l", '5': "s", '$': "s", '@': "a",
	// Latin of other languages and of phonetics
	'ı': "l", 'ɩ': "l", 'ǀ': "l", 'ł': "l", 'ɫ': "l", 'ſ': "f", 'ɑ': "a", 'ɡ': "g", 'ƍ': "g", 'ø': "o", 'ɵ': "o", 'đ': "d", 'ð': "d",
	'ħ': "h", 'ɦ': "h", 'ʀ': "r", 'ɾ': "r", 'ʋ': "u", 'ʏ': "y", 'ɣ': "y", 'ƅ': "b", 'ƃ': "b", 'ɓ': "b", 'ƈ': "c", 'ɗ': "d", 'ƒ': "f",
	'ɠ': "g", 'ƙ': "k", 'ɲ': "n", 'ŋ': "n", 'ƥ': "p", 'ʂ': "s", 'ƭ': "t", 'ŧ': "t", 'ʈ': "t", 'ƶ': "z", 'ʐ': "z", 'ⱥ': "a", 'ɇ': "e",
	'ɛ': "e", 'ə': "e", 'æ': "ae", 'œ': "oe", 'ß': "b", 'þ': "p", 'ĸ': "k", 'ᴀ': "a", 'ʙ': "b", 'ᴄ': "c", 'ᴅ': "d", 'ᴇ': "e", 'ɢ': "g",
	'ʜ': "h", 'ɪ': "l", 'ᴊ': "j", 'ᴋ': "k", 'ʟ': "l", 'ᴍ': "m", 'ɴ': "n", 'ᴏ': "o", 'ᴘ': "p", 'ꜱ': "s", 'ᴛ': "t", 'ᴜ': "u", 'ᴠ': "v",
	'ᴡ': "w", 'ᴢ': "z",
	// Cyrillic
	'а': "a", 'в': "b", 'ԁ': "d", 'е': "e", 'є': "e", 'ѐ': "e", 'ё': "e", 'ҽ': "e", 'г': "r", 'һ': "h", 'н': "h", 'і': "l", 'ї': "l", 'ӏ': "l",
	'ј': "j", 'к': "k", 'қ': "k", 'м': "m", 'п': "n", 'о': "o", 'ө': "o", 'р': "p", 'ԛ': "q", 'ѕ': "s", 'с': "c", 'ҫ': "c", 'т': "t",
	'у': "y", 'ү': "y", 'ѵ': "v", 'ԝ': "w", 'ѡ': "w", 'ш': "w", 'х': "x", 'ҳ': "x", 'ь': "b", 'ъ': "b", 'з': "e", 'ԍ': "g", 'ԃ': "d",
	// Greek
	'α': "a", 'β': "b", 'γ': "y", 'ε': "e", 'η': "n", 'ι': "l", 'κ': "k", 'ν': "v", 'ο': "o", 'ρ': "p", 'σ': "o", 'ς': "c", 'τ': "t",
	'υ': "u", 'χ': "x", 'ω': "w", 'ζ': "z", 'μ': "u", 'ϲ': "c", 'ϳ': "j", 'ϱ': "p", 'δ': "d",
	// Armenian
	'օ': "o", 'ո': "n", 'ս': "u", 'հ': "h", 'գ': "q", 'զ': "q", 'ց': "g", 'ա': "w", 'ք': "p", 'ե': "t", 'ռ': "n", 'ղ': "n", 'յ': "j",
	// Cherokee's small letters, which look like capitals, and others that are round or straight
	'ꭺ': "a", 'ꮯ': "c", 'ꭰ': "d", 'ꭼ': "e", 'ꮐ': "g", 'ꮋ': "h", 'ꭻ': "j", 'ꮶ': "k", 'ꮮ': "l", 'ꮇ': "m", 'ꮲ': "p", 'ꮢ': "r", 'ꮪ': "s",
	'ꭲ': "t", 'ꮩ': "v", 'ꮃ': "w", 'ꮓ': "z", 'ⲟ': "o", 'ⲣ': "p", 'ⲥ': "c", 'ⲁ': "a", 'ⲓ': "l", 'ⲕ': "k", 'ഠ': "o", 'ഥ': "o", '০': "o",
	'੦': "o", '૦': "o", '౦': "o", '൦': "o", '๐': "o", '໐': "o", '၀': "o", '٥': "o", '۵': "o", '〇': "o", 'ס': "o", 'ו': "l", 'ן': "l",
}

// pairs are letters that look like another one together.
var pairs = strings.NewReplacer("rn", "m", "vv", "w")
