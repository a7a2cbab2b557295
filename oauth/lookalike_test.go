package oauth

import (
	"context"
	"testing"

	"frontdesk/store"
)

func TestSkeleton(t *testing.T) {
	for _, same := range [][]string{
		{"Claude Code", "claude code", "ClaudeCode", "Claude-Code", "Сlаude Соdе", "C1aude Code", "CIaude Code", "Ⅽlaude Code", "Ｃｌａｕｄｅ　Ｃｏｄｅ", "𝓒𝓵𝓪𝓾𝓭𝓮 𝓒𝓸𝓭𝓮", "Clàudé Code", "Clau\u200bde Code", "ⒸⓁⒶⓊⒹⒺ Code", "🅒🅛🅐🅤🅓🅔 🅒🅞🅓🅔", "🅲🅻🅰🆄🅳🅴 🅲🅾🅳🅴", "🇨🇱🇦🇺🇩🇪 🇨🇴🇩🇪", "Claude C0de"},
		{"Claude", "ꓚꓡꓮꓴꓓꓰ", "ᏟᏞᎪᏌᎠᎬ", "ᑕᒪᗩᑌᗪᗴ", "C∣aude", "C│aude", "C丨aude", "Cㅣaude", "C۱aude", "Cⵏaude", "Claud℮", "Cl⍺ude", "Cl𐐂ude", "¢|aude", "Cɭaude", "Cꞁaude", "cIaucle", "C①aude", "ᶜˡᵃᵘᵈᵉ"},
		{"Notion", "ΝΟΤΙΟΝ", "Νotion", "ꓠꓳꓔꓲꓳꓠ"},
		{"Cursor", "CURSOR", "Curѕоr", "Cυrsοr", "Cur5or", "Ꮯursor", "𝗖ursor", "cursοr"},
		{"modern", "modem", "rnodern", "ｍodern"},
		{"VS Code", "V S Code", "Vs.Code", "ⅤS Code"},
		{"Windsurf", "VVindsurf", "Wіndsurf"},
		{"paypal", "раураl", "PayPaI", "pаypal"},
		{"日本", "日 本"},
	} {
		want := skeleton(same[0])
		for _, name := range same[1:] {
			if got := skeleton(name); got != want || got == "" {
				t.Errorf("%s looks like %q, %s like %q", name, got, same[0], want)
			}
		}
	}
	for _, pair := range [][2]string{{"Claude", "Claude Code"}, {"Cursor", "Curser"}, {"VS Code", "Code"}, {"日本", "中国"}, {"Яндекс", "Yandex"}} {
		if skeleton(pair[0]) == skeleton(pair[1]) {
			t.Errorf("%s and %s look alike", pair[0], pair[1])
		}
	}
}

func TestMixedAlphabets(t *testing.T) {
	for name, want := range map[string]bool{
		"Claude Code": false, "Яндекс Browser": false, "Ελλάδα": false, "日本 App": false, "LINEアプリ": false, "Café": false, "": false, "c3po": false,
		"Сlaude": true, "Cυrsor": true, "аpple": true, "Яндекc": true, "App Ελλάδα": false, "Ηello": true, "Ꮯlaude": true,
		"Google (Гугл)": false, "VK/ВКонтакте": false, "ВК🚀App": false, "แอปLINE": false, "Gmail동기화": false, "微信App": false, "Rock’n’Roll": false, "Claude™": false,
		"App٣": false, "C♯": false, "Nike × Acme": false, "С1aude": true, "C∣aude": true, "C丨aude": true, "Cㅣaude": true, "Claud℮": true, "Cⵏaude": true, "Cꓡaude": true,
	} {
		if got := mixesAlphabets(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for name, want := range map[string]string{"Сlаude Cоde": "Claude Code", "Cㅣaude ＣＯＤΕ": "Claude CODE"} {
		if got := inLatin(name); got != want {
			t.Errorf("%s in Latin: %s", name, got)
		}
	}
}

func TestLookAlikes(t *testing.T) {
	h := newHouse(t)
	const long = "Contoso Enterprise Collaboration Assistant Desktop" // of which pages leave out the middle
	for _, name := range []string{"Sole²", long} {
		if err := h.Store.CreateClient(t.Context(), &store.Client{Name: name, Verified: true}); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(name string) string {
		t.Helper()
		got, err := h.lookAlike(context.Background(), &store.Client{ID: "client_x", Name: name})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for name, want := range map[string]string{
		"Public": "Public", "Publіc": "Public", "PUBLlC": "Public", "Other": "", "": "", "Acme": "Acme", "Аcme": "Acme", "Bаnk of X": "Bank of X", "Банк": "",
		"Public™": "Public", "Public℠": "Public", "Publicᵀᴹ": "Public", "PublicⓇ": "Public", "Public¹": "Public", "Public②": "Public", "Public❶": "Public",
		"Public 🇺🇸": "Public", "🇵🇺🇧🇱🇮🇨": "Public", "①": "", "Acme™": "Acme", "Sole": "Sole²", "Sole³": "Sole²", "Public 2": "",
		"Contoso Enterprise Collabo: phisher. istant Desktop": long, "Contoso Enterprise Collaboration": "",
	} {
		if got := ask(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got, _ := h.lookAlike(t.Context(), h.public); got != "" {
		t.Errorf("an app looks like itself: %q", got)
	}
	if err := h.Store.BlockClient(t.Context(), h.public.ID); err != nil {
		t.Fatal(err)
	}
	other := &store.Client{Name: "Other", Verified: true}
	if err := h.Store.CreateClient(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if got := ask("0ther"); got != "" {
		t.Errorf("read anew at once: %q", got)
	}
	h.clock.at = h.clock.at.Add(namesFresh + 1)
	if got := ask("0ther"); got != "Other" {
		t.Errorf("not read anew: %q", got)
	}
}

func TestConsentNamesLookAlikes(t *testing.T) {
	h := newHouse(t)
	id := h.registered(t, `{"redirect_uris":["`+testCallback+`"],"token_endpoint_auth_method":"none","client_name":"Publiс"}`)
	if h.visit(id); h.pages.asked.LookAlike != "Public" {
		t.Errorf("%q looks like %q", h.pages.asked.Client.Name, h.pages.asked.LookAlike)
	}
	if h.visit(h.public.ID); h.pages.asked.Client != nil && h.pages.asked.LookAlike != "" {
		t.Errorf("the verified one looks like %q", h.pages.asked.LookAlike)
	}
}
