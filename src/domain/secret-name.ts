import { isReference } from './secret-shapes.ts'

// A text under such a name is a credential, whatever it looks like.
const ALWAYS = /^(?:password|passwd|passphrase|passcode|pwd|pw|passwords)$/
// One under such a name is, unless it looks like a path, a number or a switch.
const USUALLY =
  /^(?:secret|secrets|credential|credentials|token|bearer|authorization|apikey|apitoken|authtoken|accesstoken|accesskey|secretkey|privatekey|pat|jwt)$/
const KEYS =
  /^(?:api|access|secret|private|encryption|signing|license|account|storage|auth|master|service|session|shared|wandb|openai|anthropic|comet|neptune|mlflow|huggingface|hf|aws|azure|gcp|ssh|deploy)$/
// Tokens that a language model reads or writes.
const LANGUAGE =
  /^(?:pad|padding|eos|bos|unk|mask|cls|sep|stop|start|end|image|audio|video|vision|special|new|next|last|first|prev|prompt|max|min|per|num|n|vocab|class|additional|decoder|encoder|begin|forced|suppress|target|source|src|tgt|lang|language|word|sub|cut|tool|think|user|assistant|system|input|output|text|speaker|time|register|dist|query|memory|blank|newline|whitespace|by|each|single|extra|ignore|skip|number|of|draft|space|placeholder|control|trigger|separator|ctc|kv|kvcache|top)$/
// What may follow the word without changing that its value is the credential.
const SUFFIX = /^(?:\d+|value|base|b|raw|string|text|plain|old|new|default)$/

/** Splits a name into lower-case words: `--hf-token`, `AWS_SECRET_ACCESS_KEY`, `model.apiKey`. */
function splitName(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/(?<=[a-z])\d+$/, ''))
    .filter(Boolean)
}

/**
 * Tells whether a value is a credential by its name: a param, a variable, an option. Names that only speak of
 * credentials (`password_field`, `token_file`) and the tokens of language models (`pad_token`, `max_tokens`)
 * are none, and neither are switches, or places where a credential is kept.
 */
export function looksSecret(name: string, value: unknown): boolean {
  const text = String(value)
  if (text === '' || typeof value === 'boolean' || isReference(text)) return false
  if (/^(?:true|false|none|null|nil|yes|no|on|off|prompt|ask|auto|bearer|basic|digest)$/i.test(text))
    return false
  const words = splitName(name)
  while (words.length > 1 && SUFFIX.test(words.at(-1)!)) words.pop()
  const [last = '', before = ''] = words.toReversed()
  if (ALWAYS.test(last)) return !(last.startsWith('p') && last.length <= 3 && /^[/~.]|^-?[\d.]+$/.test(text))
  const isHarmless =
    /^[-+]?[\d.,_]+(?:e[-+]?\d+)?$/i.test(text) ||
    /^(?:\.{0,2}|~)\//.test(text) ||
    /\.(?:json|ya?ml|txt|pem|key|toml|env)$/.test(text)
  if (isHarmless) return false
  if (isKeyName(words)) return true
  if (last === 'token' && words.length > 1) return !words.slice(0, -1).some((word) => LANGUAGE.test(word))
  return USUALLY.test(last) && !(last === 'pat' && before === '')
}

/** Tells whether a name is that of a password, whose value may look like any word. */
export function looksPassword(name: string): boolean {
  return ALWAYS.test(splitName(name).at(-1) ?? '')
}

function isKeyName(words: readonly string[]): boolean {
  const [last = '', before = '', beforeThat = ''] = words.toReversed()
  if (last === 'id') return before === 'key' && beforeThat === 'access'
  return last === 'key' && KEYS.test(before)
}
