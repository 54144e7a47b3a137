package row

import (
	"encoding/json"
	"testing"
)

func TestIDIsWrittenAsDigitsAndReadBack(t *testing.T) {
	id := ID{0x0123456789abcdef, 0xf}
	const text = "0123456789abcdef000000000000000f"
	if id.String() != text {
		t.Errorf("%s, want %s", id, text)
	}
	b, err := json.Marshal(id)
	if err != nil || string(b) != `"`+text+`"` {
		t.Errorf("as JSON: %s, %v", b, err)
	}
	var back ID
	if err := json.Unmarshal(b, &back); err != nil || back != id {
		t.Errorf("read back: %v, %v", back, err)
	}
	for _, bad := range []string{"", "0", text + "0", "z123456789abcdef000000000000000f"} {
		v := id
		if err := v.UnmarshalText([]byte(bad)); err == nil || v != id {
			t.Errorf("%q is taken, or changes the value: %v", bad, err)
		}
	}
}

func TestKindsHaveNames(t *testing.T) {
	for k, want := range map[Kind]string{Final: "final", Early: "early", Correction: "correction", Withdrawn: "withdrawn", 9: "kind(9)"} {
		if k.String() != want {
			t.Errorf("kind %d is %q, want %q", k, k, want)
		}
	}
}

func TestKindIsWrittenAsItsNameAndReadBack(t *testing.T) {
	for k, want := range map[Kind]string{Final: `"final"`, Early: `"early"`, Correction: `"correction"`, Withdrawn: `"withdrawn"`} {
		b, err := json.Marshal(k)
		if err != nil || string(b) != want {
			t.Errorf("kind %d as JSON: %s, %v, want %s", k, b, err, want)
		}
		back := Kind(9)
		if err := json.Unmarshal(b, &back); err != nil || back != k {
			t.Errorf("%s read back: %v, %v", b, back, err)
		}
	}
	if b, err := Kind(4).MarshalText(); err == nil {
		t.Errorf("kind 4 is written, as %q", b)
	}
	for _, bad := range []string{"", "Final", "finals", "0", "kind(9)"} {
		k := Early
		if err := k.UnmarshalText([]byte(bad)); err == nil || k != Early {
			t.Errorf("%q is taken, or changes the value: %v, %v", bad, k, err)
		}
	}
}
