// Package cursor makes the opaque cursors that a store's lists continue from.
//
// A cursor carries the place of the last item shown, and a checksum over it and
// the list's name: one that was cut, altered or made for another list is told
// from one of the store's own. It is no secret, and no proof of a right: every
// query names its tenant besides.
package cursor

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"

	"github.com/bothost/bothost/sdk/fault"
)

const checksumSize = 4

// Encode makes a cursor of a list from the fields that name a place in it.
func Encode(list string, fields ...string) string {
	payload := make([]byte, checksumSize)
	for _, field := range fields {
		payload = binary.AppendUvarint(payload, uint64(len(field)))
		payload = append(payload, field...)
	}
	binary.BigEndian.PutUint32(payload, checksum(list, payload[checksumSize:]))
	return base64.RawURLEncoding.EncodeToString(payload)
}

// Decode gives the fields back, as many as the list's cursors have. A cursor
// that Encode did not make for that list is a fault.Invalid.
func Decode(list, cursor string, fields int) ([]string, error) {
	payload, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(payload) < checksumSize {
		return nil, foreign(list)
	}
	rest := payload[checksumSize:]
	if binary.BigEndian.Uint32(payload) != checksum(list, rest) {
		return nil, foreign(list)
	}
	decoded := make([]string, fields)
	for i := range decoded {
		size, prefix := binary.Uvarint(rest)
		if prefix <= 0 || size > uint64(len(rest)-prefix) {
			return nil, foreign(list)
		}
		end := prefix + int(size)
		decoded[i], rest = string(rest[prefix:end]), rest[end:]
	}
	if len(rest) > 0 {
		return nil, foreign(list)
	}
	return decoded, nil
}

func checksum(list string, payload []byte) uint32 {
	sum := crc32.ChecksumIEEE([]byte(list))
	return crc32.Update(sum, crc32.IEEETable, payload)
}

func foreign(list string) error {
	return fault.New(fault.Invalid, "the cursor is none of the list of %s", list)
}
