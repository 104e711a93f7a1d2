package host

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// Health is what became of one examination.
type Health string

const (
	// Healthy: it does its work now.
	Healthy Health = "ok"
	// Doubtful: it works, and perhaps not as meant.
	Doubtful Health = "warning"
	// Failing: it does not work.
	Failing Health = "failed"
)

// Finding is the outcome of one examination.
type Finding struct {
	// Subject is what was examined: "plugin llm-ollama", "tenant client-a: llm".
	Subject string `json:"subject"`
	Health  Health `json:"health"`
	// Detail says what was found, in a line or several.
	Detail string `json:"detail"`
	// Remedy says what to do about it; empty if there is nothing to do, or the
	// detail says it.
	Remedy string `json:"remedy,omitempty"`
}

// Doctor examines every file of the plugin directory, the registry's store, and
// every section that what all tenants inherit and the tenants of files name: each
// is opened and asked whether it can do its work now. Equal sections are asked
// once. It takes as long as the plugins do, each within the supervisor's limits.
func (h *Host) Doctor(ctx context.Context) []Finding {
	d := &doctor{host: h, seen: map[string]bool{}}
	for _, entry := range h.catalog.Entries() {
		d.found(examineEntry(entry))
	}
	d.registry(ctx)
	d.inherited(ctx)
	for _, tenant := range h.Resolver().Config().FileTenants() {
		d.fileTenant(ctx, tenant)
	}
	return d.findings
}

// doctor gathers what one Doctor finds.
type doctor struct {
	host     *Host
	findings []Finding
	// seen are the sections that were asked, by what they come to.
	seen map[string]bool
}

func (d *doctor) found(f Finding) { d.findings = append(d.findings, f) }

func (d *doctor) fail(subject string, err error) {
	f := Finding{Subject: subject, Health: Failing, Detail: err.Error()}
	if e := fault.As(err); e.Remedy != "" {
		f.Detail, f.Remedy = e.Message, e.Remedy
	}
	d.found(f)
}

// Examine tells of the plugin directory alone, as Doctor does.
func (w *Workshop) Examine() []Finding {
	var findings []Finding
	for _, entry := range w.catalog.Entries() {
		findings = append(findings, examineEntry(entry))
	}
	return findings
}

func examineEntry(entry catalog.Entry) Finding {
	f := Finding{Subject: "plugin " + entry.Plugin, Health: Healthy}
	switch entry.State {
	case catalog.Refused:
		f.Health, f.Detail = Failing, entry.Reason
	case catalog.Waiting:
		f.Health, f.Detail = Doubtful, entry.Reason
	case catalog.Ignored:
		f.Health, f.Detail = Doubtful, "it is ignored: "+entry.Reason
		f.Remedy = "rename it, or take it out of the plugin directory"
	default:
		f.Detail = "version " + entry.Version
		if entry.Attached() {
			f.Detail += ", attached: " + entry.Socket
		}
		if entry.Pinned {
			f.Detail += ", pinned"
		}
	}
	return f
}

func (d *doctor) registry(ctx context.Context) {
	section := d.host.Resolver().RegistryStore()
	subject := "registry: " + section.Plugin
	if !d.section(ctx, subject, section) {
		return
	}
	if err := d.host.store.ready(ctx); err != nil {
		d.fail(subject, err)
	}
}

// inherited examines what every tenant inherits, which need not be complete.
func (d *doctor) inherited(ctx context.Context) {
	bot, err := d.host.Resolver().Bot("", nil)
	if err != nil {
		// Bind has checked everything but what is missing.
		d.found(Finding{
			Subject: "bot", Health: Doubtful,
			Detail: fmt.Sprintf("a tenant that sets nothing of its own cannot be served:\n%v", err),
			Remedy: "set it under bot, or for every tenant",
		})
		return
	}
	d.bot(ctx, "bot", bot)
}

func (d *doctor) fileTenant(ctx context.Context, tenant config.FileTenant) {
	subject := "tenant " + tenant.Name
	if d.isRegistered(ctx, tenant.Name) {
		d.found(Finding{
			Subject: subject, Health: Doubtful,
			Detail: "it is registered over the API too; what counts is " + tenant.Source,
			Remedy: "take it out of the file to use the registration, or rename one of the two",
		})
	}
	bot, err := d.host.Resolver().Bot(tenant.Name, nil)
	if err != nil {
		d.fail(subject, err)
		return
	}
	d.bot(ctx, subject, bot)
}

// isRegistered reports whether the registry's store has a tenant, whatever files
// say. That the store cannot be read is a finding of its own.
func (d *doctor) isRegistered(ctx context.Context, tenant string) bool {
	err := d.host.store.use(ctx, func(ctx context.Context, tenants store.Tenants) error {
		_, err := tenants.GetTenant(ctx, tenant)
		return err
	})
	return err == nil
}

func (d *doctor) bot(ctx context.Context, subject string, bot *config.Bot) {
	d.section(ctx, subject+": llm", bot.LLM)
	for i, fallback := range bot.Fallbacks {
		d.section(ctx, fmt.Sprintf("%s: llm.fallback[%d]", subject, i), fallback)
	}
	d.section(ctx, subject+": memory", bot.Memory)
	d.section(ctx, subject+": conversation_storage", bot.Store)
}

// section opens the instance of a section and asks it, and reports whether it is
// well. Of sections that are the same only the first is a finding.
func (d *doctor) section(ctx context.Context, subject string, section config.Section) bool {
	instance, resolved, err := d.host.openSection(ctx, section)
	if err == nil {
		//nolint:contextcheck // released instances are closed on the supervisor's time
		defer instance.Release()
	}
	same := resolved.Fingerprint(d.host.fingerprintKey) + string(resolved.PerCall)
	if well, seen := d.seen[same]; seen && resolved.Plugin != "" {
		return well
	}
	summary := ""
	if err == nil {
		summary, err = instance.Check(ctx, resolved.PerCall)
	}
	d.seen[same] = err == nil
	if err != nil {
		d.fail(subject, err)
		return false
	}
	d.found(Finding{Subject: subject, Health: Healthy, Detail: summary})
	return true
}
