package catalog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// keptDescriptions is how many descriptions of a plugin are kept: more than contents
// are, so that several hosts may share them while one after the other is upgraded.
const keptDescriptions = 2 * keptContents

// cache keeps descriptions by the content of what they describe, and by its
// name, the latest of each plugin. They are kept as they came over the wire, with
// what this version of the host does not know. An empty path keeps nothing.
type cache struct{ dir string }

func (c cache) path(entry Entry) string {
	return filepath.Join(c.dir, strings.TrimPrefix(entry.Checksum, checksumPrefix)+"."+entry.Plugin)
}

// get returns nothing if there is nothing that can be used.
func (c cache) get(entry Entry) *pluginv1.DescribeResponse {
	if c.dir == "" {
		return nil
	}
	raw, err := os.ReadFile(c.path(entry))
	description := &pluginv1.DescribeResponse{}
	if err != nil || proto.Unmarshal(raw, description) != nil {
		return nil
	}
	return description
}

func (c cache) put(entry Entry, description *pluginv1.DescribeResponse) error {
	if c.dir == "" {
		return nil
	}
	raw, err := proto.Marshal(description)
	if err == nil {
		err = os.MkdirAll(c.dir, 0o700)
	}
	if err == nil {
		err = replaceFile(c.path(entry), raw, 0o600)
	}
	if err == nil {
		err = c.prune(entry.Plugin)
	}
	if err != nil {
		return fmt.Errorf("keep the description of %s: %w", entry.Plugin, err)
	}
	return nil
}

func (c cache) prune(plugin string) error {
	descriptions, err := latestFirst(c.dir, func(name string) bool { return filepath.Ext(name) == "."+plugin })
	if err != nil {
		return err
	}
	return removeBeyond(keptDescriptions, c.dir, descriptions)
}
