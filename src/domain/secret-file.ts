import { looksSecret } from './secret-name.ts'
import { isReference, maskShapes } from './secret-shapes.ts'

const SECRET_NAMES: readonly RegExp[] = [
  /^\.env(?:\.|$)(?!(?:.*\.)?(?:example|sample|template|dist|schema)$)/,
  /^(?!(?:.*\.)?(?:example|sample|template)\.env$).+\.env$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|p8|tfstate|tfvars|ovpn)$/,
  /^[._]netrc$/,
  /^\.(?:pypirc|pgpass|my\.cnf|git-credentials|htpasswd|dockercfg|s3cfg|boto|databrickscfg|vault-token|token)$/,
  /^(?:credentials|credential)(?:\.(?:json|ya?ml|toml|ini|csv|txt|db))?$/,
  /^(?:client[_-]secrets?|service[_-]?account|application_default_credentials)(?![a-z]).*\.json$/,
  /^(?:kaggle|gcp[_-]key|gcloud[_-]key)\.json$/,
  /^\.?secrets?(?:\.(?:json|ya?ml|toml|ini|txt|env))?$/,
  /^(?:.*[_.-])?(?:api[_-]?keys?|access[_-]?tokens?|auth[_-]?tokens?|hf[_-]?token|passwords?|passwd)(?:\.(?:txt|json|ya?ml|ini))?$/,
  /^kubeconfig$/,
]

const SECRET_PATHS = /(?:^|\/)(?:\.ssh|\.gnupg|\.aws|\.azure|\.kaggle|\.kube|\.docker|\.huggingface)\/[^/]+$/

const SETTINGS = /\.(?:ini|cfg|conf|toml|ya?ml|json|properties|env|rc|sh|bash|zsh)$|^\.[a-z]*rc$/

// `name = "value"`, as settings and programs write it.
const ASSIGNMENT =
  /^[ \t{,]*(?:export[ \t]+|const[ \t]+|let[ \t]+|var[ \t]+|[/:\w.@-]*:)?["']?([A-Za-z_][\w.-]{1,60})["']?[ \t]*[=:][ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'#,]+))/gm

// A member of JSON, wherever it stands in its line.
const MEMBER = /"([A-Za-z_][\w.-]{1,60})"[ \t]*:[ \t]*"([^"\n]*)"/g

// What documentation and programs write in the place of a credential, or to recognise one.
const SAMPLES =
  /(?<=:\/\/)[^\s/:@]*:(?:pass(?:word|wd)?|pwd|pw|secret|token|[a-z])(?=@)|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?!(?:\s|\\[nr]|["'+,]){0,80}[A-Za-z0-9+/=]{30})/gi

/**
 * Tells whether a file looks like one that keeps credentials: by its name, or by what is in it.
 *
 * @param path - with `/`.
 * @param content - the text of the file; only the name counts where it is not given.
 */
export function looksSecretFile(path: string, content?: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  if (SECRET_PATHS.test(path) || SECRET_NAMES.some((pattern) => pattern.test(name))) return true
  if (content === undefined) return false
  const text = content.replace(SAMPLES, '')
  if (maskShapes(text) !== text) return true
  const isSettings = SETTINGS.test(name) || isJson(name)
  const assignments = [...content.matchAll(ASSIGNMENT), ...(isJson(name) ? content.matchAll(MEMBER) : [])]
  for (const [, key, double, single, bare] of assignments) {
    const quoted = double ?? single
    // In a program, what is not quoted is an expression.
    const value = isSettings ? (quoted ?? bare) : quoted
    if (value !== undefined && looksSecret(key!, value) && isLiteral(key!, value, isSettings)) return true
  }
  return false
}

function isJson(name: string): boolean {
  return /\.(?:json|jsonl|ndjson|ipynb)$/.test(name)
}

function isLiteral(key: string, value: string, isSettings: boolean): boolean {
  if (
    isReference(value) ||
    /your|example|change.?me|placeholder|dummy|redacted|insert|todo|\s|[<>{}$]/i.test(value)
  )
    return false
  if (isSettings && /pass|pwd|_auth/i.test(key)) return value.length >= 4
  return value.length >= 16 && /\d/.test(value) && /[A-Za-z]/.test(value)
}
