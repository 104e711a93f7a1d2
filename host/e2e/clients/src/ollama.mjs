import assert from 'node:assert/strict'
import { Ollama } from 'ollama'
import { keys, url } from './site.mjs'

const client = (key) => new Ollama({ host: url, headers: { Authorization: `Bearer ${key}` } })
const echo = client(keys.echo)
const messages = [{ role: 'user', content: 'Hi' }]

const said = await echo.chat({ model: 'default', messages, options: { num_predict: 2 } })
assert.equal(said.message.content, 'You said:')
assert.equal(said.done_reason, 'length')

let streamed = ''
let last
for await (const part of await echo.chat({ model: 'default:latest', messages, stream: true })) {
  streamed += part.message.content
  last = part
}
assert.match(streamed, /^You said: Hi/)
assert.ok(last.done && last.eval_count > 0)

assert.deepEqual((await echo.list()).models.map((model) => model.name), ['default', 'second'])
assert.deepEqual((await echo.show({ model: 'default' })).capabilities, ['completion'])
assert.ok((await echo.version()).version)

await assert.rejects(echo.chat({ model: 'default', messages, format: 'json' }), (error) => {
  assert.equal(error.status_code, 400)
  assert.match(error.error, /^format: /)
  return true
})
await assert.rejects(echo.chat({ model: 'other', messages }), { status_code: 404 })

const slow = client(keys.slow)
await assert.rejects(async () => {
  for await (const part of await slow.chat({ model: 'default', messages, stream: true })) {
    assert.ok(part.message.content)
    slow.abort()
  }
}, { name: 'AbortError' })
