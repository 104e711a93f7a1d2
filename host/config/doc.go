// Package config turns layers into the host's settings and one effective
// configuration for each tenant.
//
// Layers, later over earlier: what is built in; files; the environment
// (BOTHOST__BOT__LLM__MODEL); what the caller of Load puts on top; and then,
// for each tenant, its own overrides, from a file or as registered. Load reads
// the layers and checks the host's settings. Bind adds the plugins that are
// there, and checks what every tenant inherits and every tenant that a file
// describes: all of it, or nothing. The Resolver that Bind gives then makes the
// configuration of any tenant; neither it nor the Config ever changes, so a
// reload is another Load and Bind.
//
// Layers are merged by koanf. While they are merged each value is kept
// together with the layer that it came from, which is what these rules go by:
//
//   - Maps merge deeply; lists, texts, numbers and booleans are replaced. Zero
//     and "" are values.
//   - A layer that picks another plugin starts that section afresh.
//   - A layer that changes where secrets are sent (x-endpoint) drops the
//     secrets (x-secret, and whatever refers to one) that the section inherited.
//   - References to secrets, ${env:NAME} and ${file:path}, are resolved only when
//     an instance is about to be opened, and by the rights of the layer that
//     wrote them: what an operator wrote is free, what was registered over the
//     API may use what the operator allows.
//
// Errors are Problems: every mistake at once, each with its key and the layer
// that made it, and never with the value, which may be a secret.
package config
