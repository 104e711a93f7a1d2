import assert from 'node:assert/strict'
import { HumanMessage, SystemMessage } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { keys, url } from './site.mjs'

const bot = (key, more = {}) =>
  new ChatOpenAI({ model: 'default', apiKey: key, configuration: { baseURL: `${url}/v1` }, ...more })

const messages = [new SystemMessage('Speak up.'), new HumanMessage('Hi')]
const said = await bot(keys.echo, { temperature: 0 }).invoke(messages)
assert.match(said.content, /^You said: Hi\n/)

let streamed = ''
let usage
for await (const chunk of await bot(keys.echo).stream(messages)) {
  streamed += chunk.content
  usage = chunk.usage_metadata ?? usage
}
assert.equal(streamed, said.content)
assert.ok(usage.total_tokens > 0)

await assert.rejects(bot(keys.echo, { topP: 0.5 }).invoke(messages), { status: 400, param: 'top_p' })

assert.ok((await bot(keys.busy).invoke([new HumanMessage('Hi')])).content)

const leaving = new AbortController()
await assert.rejects(async () => {
  for await (const chunk of await bot(keys.slow).stream([new HumanMessage('one two')], { signal: leaving.signal })) {
    assert.ok(chunk)
    leaving.abort()
  }
})
assert.ok(leaving.signal.aborted)
