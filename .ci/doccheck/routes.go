package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// routesDocument is where every route is described.
const routesDocument = "docs/http-api.md"

// checkRoutes reports routes of the OpenAPI document that are not described.
func checkRoutes(documents []*document) error {
	raw, err := os.ReadFile("host/httpapi/openapi.json")
	if err != nil {
		return err
	}
	var api struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(raw, &api); err != nil {
		return fmt.Errorf("read the OpenAPI document: %w", err)
	}
	var text string
	for _, d := range documents {
		if d.path == routesDocument {
			text = strings.Join(d.lines, "\n")
		}
	}
	var wrong []error
	for path, methods := range api.Paths {
		for method := range methods {
			if route := strings.ToUpper(method) + " " + path; method != "parameters" && !strings.Contains(text, "`"+route+"`") {
				wrong = append(wrong, fmt.Errorf("%s: the route %s is not described", routesDocument, route))
			}
		}
	}
	return errors.Join(wrong...)
}
