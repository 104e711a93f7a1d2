// Where the host is, and the keys of its tenants, as the test says.
import assert from 'node:assert/strict'

const need = (name) => {
  assert.ok(process.env[name], `${name} is not set`)
  return process.env[name]
}

export const url = need('BOTHOST_URL')
// echo answers with what it is shown, slow never ends, and busy is refused once.
export const keys = { echo: need('KEY_ECHO'), slow: need('KEY_SLOW'), busy: need('KEY_BUSY') }

