package config

// ParseOverrides reads the body of a registration: a JSON object of a tenant's
// overrides. Numbers stay as they are written (json.Number). It refuses null,
// keys that are given twice and texts that cannot be stored; whether the keys
// are right is for Resolver.Bot to say. Its errors are Problems.
func ParseOverrides(body []byte) (map[string]any, error) {
	values, err := exactJSON{}.Unmarshal(body)
	if err != nil {
		return nil, Problems{{Message: err.Error()}}
	}
	if _, problems := normalize(values, Origin{}); len(problems) > 0 {
		return nil, problems.orNil()
	}
	return values, nil
}
