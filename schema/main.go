// Command schema describes, by reflection, what labels can say of Traefik's dynamic configuration: every field, the key it
// has in a YAML document, its type, and the tags by which Traefik's decoder (paerser) treats it.
//
//	go run . > traefik-labels.json
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"runtime/debug"
	"strings"

	ptypes "github.com/traefik/paerser/types"
	"github.com/traefik/traefik/v3/pkg/config/dynamic"
)

// Field is one field of a struct, under the name that labels use, in lower case.
type Field struct {
	// Key is the field's key in YAML and JSON.
	Key string `json:"key"`
	// Kind is string, bool, int, uint, duration, struct, list, map or raw (any nested text).
	Kind string `json:"kind"`
	// Bits is the size of an int or uint.
	Bits int `json:"bits,omitempty"`
	// Of is the type of a struct, or what a list or map holds: a kind, or the name of a struct.
	Of string `json:"of,omitempty"`
	// AllowEmpty: a struct that may stand without fields (`tls=true`).
	AllowEmpty bool `json:"allowEmpty,omitempty"`
	// Ignored: labels may name it, without effect.
	Ignored bool `json:"ignored,omitempty"`
	// Single: the label names one struct that becomes the first item of a list (`loadbalancer.server`).
	Single bool `json:"single,omitempty"`
	// Optional: a value (not a struct) that can be absent, so that `false` and nothing are two things.
	Optional bool `json:"optional,omitempty"`
	// Secret: a credential, never to be shown.
	Secret bool `json:"secret,omitempty"`
}

// Type is one struct.
type Type struct {
	Fields map[string]Field `json:"fields"`
	// Defaults are what Traefik sets when it creates the struct, by key.
	Defaults map[string]any `json:"defaults,omitempty"`
}

var types = map[string]*Type{}

func main() {
	roots := map[string]string{
		"http": describe(reflect.TypeOf(dynamic.HTTPConfiguration{})),
		"tcp":  describe(reflect.TypeOf(dynamic.TCPConfiguration{})),
		"udp":  describe(reflect.TypeOf(dynamic.UDPConfiguration{})),
		"tls":  describe(reflect.TypeOf(dynamic.TLSConfiguration{})),
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]any{"traefik": traefikVersion(), "roots": roots, "types": types}); err != nil {
		panic(err)
	}
}

func traefikVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		if dep.Path == "github.com/traefik/traefik/v3" {
			return dep.Version
		}
	}
	panic("Traefik is not among the dependencies")
}

func describe(t reflect.Type) string {
	name := t.String()[strings.LastIndex(t.String(), ".")+1:]
	if _, ok := types[name]; ok {
		return name
	}
	described := &Type{Fields: map[string]Field{}}
	types[name] = described
	addFields(described, t)
	described.Defaults = defaults(t)
	return name
}

func addFields(described *Type, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case !f.IsExported():
		case f.Anonymous:
			addFields(described, f.Type)
		default:
			label, field := describeField(f)
			described.Fields[label] = field
		}
	}
}

func describeField(f reflect.StructField) (string, Field) {
	kind, bits, of := kindOf(f.Type)
	label := strings.ToLower(f.Name)
	single := f.Tag.Get("label-slice-as-struct")
	if single != "" {
		label = strings.ToLower(single)
	}
	return label, Field{
		Key: keyOf(f), Kind: kind, Bits: bits, Of: of,
		AllowEmpty: f.Tag.Get("label") == "allowEmpty",
		Ignored:    f.Tag.Get("label") == "-",
		Single:     single != "",
		Optional:   f.Type.Kind() == reflect.Pointer && kind != "struct",
		Secret:     f.Tag.Get("loggable") == "false",
	}
}

func keyOf(f reflect.StructField) string {
	key := strings.Split(f.Tag.Get("yaml"), ",")[0]
	if key == "" || key == "-" {
		return strings.ToLower(f.Name[:1]) + f.Name[1:]
	}
	return key
}

func kindOf(t reflect.Type) (kind string, bits int, of string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeOf(ptypes.Duration(0)) {
		return "duration", 0, ""
	}
	switch t.Kind() {
	case reflect.String:
		return "string", 0, ""
	case reflect.Bool:
		return "bool", 0, ""
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "int", t.Bits(), ""
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "uint", t.Bits(), ""
	case reflect.Struct:
		return "struct", 0, describe(t)
	case reflect.Slice:
		return "list", 0, elementOf(t.Elem())
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return "raw", 0, ""
		}
		return "map", 0, elementOf(t.Elem())
	}
	panic("no kind for " + t.String())
}

func elementOf(t reflect.Type) string {
	kind, _, of := kindOf(t)
	if kind == "struct" {
		return of
	}
	return kind
}

func defaults(t reflect.Type) map[string]any {
	v := reflect.New(t)
	set := v.MethodByName("SetDefaults")
	if !set.IsValid() {
		return nil
	}
	set.Call(nil)
	out := map[string]any{}
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && !f.Anonymous && !v.Elem().Field(i).IsZero() {
			out[keyOf(f)] = v.Elem().Field(i).Interface()
		}
	}
	return out
}
