package oauth

import "strings"

// alike says which letter, number or sign looks like which Latin letter in most typefaces: the part of Unicode's
// confusables.txt that a name could pass for another with. Capitals are there where their small letters look otherwise.
// Full-width, mathematical and enclosed letters, ligatures and accents are taken apart before.
var alike = map[rune]string{
	// digits and signs
	'0': "o", '1': "l", 'i': "l", '|': "l", '!': "l", '5': "s", '$': "s", '@': "a",
	// Latin of other languages and of phonetics
	'ı': "l", 'ɩ': "l", 'ǀ': "l", 'ł': "l", 'ɫ': "l", 'ſ': "f", 'ɑ': "a", 'ɡ': "g", 'ƍ': "g", 'ø': "o", 'ɵ': "o", 'đ': "d", 'ð': "d",
	'ħ': "h", 'ɦ': "h", 'ʀ': "r", 'ɾ': "r", 'ʋ': "u", 'ʏ': "y", 'ɣ': "y", 'ƅ': "b", 'ƃ': "b", 'ɓ': "b", 'ƈ': "c", 'ɗ': "d", 'ƒ': "f",
	'ɠ': "g", 'ƙ': "k", 'ɲ': "n", 'ŋ': "n", 'ƥ': "p", 'ʂ': "s", 'ƭ': "t", 'ŧ': "t", 'ʈ': "t", 'ƶ': "z", 'ʐ': "z", 'ⱥ': "a", 'ɇ': "e",
	'ɛ': "e", 'ə': "e", 'æ': "ae", 'œ': "oe", 'ß': "b", 'þ': "p", 'ĸ': "k", 'ᴀ': "a", 'ʙ': "b", 'ᴄ': "c", 'ᴅ': "d", 'ᴇ': "e", 'ɢ': "g",
	'ʜ': "h", 'ɪ': "l", 'ᴊ': "j", 'ᴋ': "k", 'ʟ': "l", 'ᴍ': "m", 'ɴ': "n", 'ᴏ': "o", 'ᴘ': "p", 'ꜱ': "s", 'ᴛ': "t", 'ᴜ': "u", 'ᴠ': "v",
	'ᴡ': "w", 'ᴢ': "z", 'ɭ': "l", 'ꞁ': "l", 'ɬ': "l", 'ƚ': "l", 'ⱡ': "l", 'ȴ': "l", 'ꝉ': "l", 'ɨ': "l", 'ɖ': "d", 'ȡ': "d", 'ʉ': "u", 'ɳ': "n",
	'ȵ': "n", 'ɽ': "r", 'ɍ': "r", 'ȼ': "c", 'ȶ': "t",
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
	// Capitals that look otherwise than their small letters
	'Η': "h", 'Ν': "n", 'Μ': "m", 'Υ': "y", 'Տ': "s", 'Լ': "l",
	// Cherokee's other ones
	'ꮜ': "u", 'ꭱ': "r", 'ꭵ': "l", 'ꭹ': "y", 'ꮍ': "y", 'ꮒ': "h", 'ꮟ': "b", 'ᏼ': "b", 'ꮤ': "w", 'ꮎ': "o", 'ꭴ': "o", 'ꮻ': "o",
	// Lisu
	'ꓐ': "b", 'ꓑ': "p", 'ꓒ': "d", 'ꓓ': "d", 'ꓔ': "t", 'ꓖ': "g", 'ꓗ': "k", 'ꓙ': "j", 'ꓚ': "c", 'ꓜ': "z", 'ꓝ': "f", 'ꓟ': "m", 'ꓠ': "n",
	'ꓡ': "l", 'ꓢ': "s", 'ꓣ': "r", 'ꓥ': "a", 'ꓦ': "v", 'ꓧ': "h", 'ꓪ': "w", 'ꓫ': "x", 'ꓬ': "y", 'ꓮ': "a", 'ꓰ': "e", 'ꓲ': "l", 'ꓳ': "o",
	'ꓴ': "u",
	// Canadian syllabics
	'ᐯ': "v", 'ᑌ': "u", 'ᑎ': "n", 'ᑕ': "c", 'ᑭ': "p", 'ᑯ': "d", 'ᑲ': "b", 'ᒍ': "j", 'ᒪ': "l", 'ᕼ': "h", 'ᖇ': "r", 'ᖯ': "b", 'ᖴ': "f",
	'ᗅ': "a", 'ᗞ': "d", 'ᗩ': "a", 'ᗪ': "d", 'ᗰ': "m", 'ᗷ': "b", 'ᗴ': "e", 'ᗯ': "w", 'ᗝ': "o", 'ᘜ': "g", 'ᘔ': "z", 'ᔕ': "s", 'ᖺ': "h",
	'ᐱ': "a", 'ᐃ': "a", 'ᒥ': "r", '᙭': "x", 'ᕁ': "x", 'ᕽ': "x", 'ᑫ': "q", 'ᘉ': "n",
	// Other letters and numbers that are round, straight or crossed
	'ߊ': "l", 'ا': "l", '丨': "l", 'ᅵ': "l", 'ᛁ': "l", 'ⵏ': "l", '١': "l", '۱': "l", 'ⵔ': "o", 'ⵙ': "o", '०': "o", '୦': "o", '௦': "o",
	'០': "o", '᠐': "o", '߀': "o", 'ه': "o", 'ہ': "o", 'ჿ': "o", 'ဝ': "o", '𐐬': "o", '𐓪': "o", 'ᄋ': "o", 'ᆼ': "o", '○': "o", '◯': "o",
	'∘': "o", '𐐪': "a", '𐐽': "c", '𐑈': "s", 'ⵝ': "x", 'ᚷ': "x", 'ⴹ': "e", 'ⴸ': "v", 'ᚱ': "r", 'ᛒ': "b", 'ᛖ': "m", 'ᛗ': "m", 'ᛕ': "k",
	// signs
	'∣': "l", '│': "l", '┃': "l", '❘': "l", '⏐': "l", '▏': "l", '£': "l", '₤': "l", '℮': "e", '∈': "e", '∊': "e", '€': "e", '⍺': "a",
	'₳': "a", '⍵': "w", '₩': "w", '⍴': "p", '₱': "p", '⍳': "l", '∂': "d", '∪': "u", '⋃': "u", '∨': "v", '⋁': "v", '∩': "n", '₦': "n",
	'⊤': "t", '⟙': "t", '₮': "t", '×': "x", '╳': "x", '✕': "x", '⨯': "x", '¢': "c", '₵': "c", '¥': "y", '₲': "g", '฿': "b", '₿': "b",
	'₭': "k", '∫': "f",
}

// pairs are letters that look like another one together. No such letter is in a pair itself, or a look would have looks.
var pairs = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d")

// framed are where sets of A to Z in frames begin that normalization leaves alone: in black circles, in black squares, and
// those of which two make a flag.
var framed = []rune{'🅐', '🅰', '🇦'}

// unframed is the small letter that r frames, or r.
func unframed(r rune) rune {
	for _, a := range framed {
		if a <= r && r < a+26 {
			return r - a + 'a'
		}
	}
	return r
}
