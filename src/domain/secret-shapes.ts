/** What stands in a record where a credential stood. */
export const MASK = '***'

const EDGE = '(?<![A-Za-z0-9_-])'

// Credentials that are known by their looks, whatever they are called. From their issuers' documentation.
const TOKENS = [
  'gh[oprsu]_[A-Za-z0-9]{30,}', // GitHub
  'github_pat_[A-Za-z0-9_]{22,}',
  'gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat)-[A-Za-z0-9_-]{20,}', // GitLab
  '(?:hf|api_org)_[A-Za-z0-9]{30,}', // Hugging Face
  'sk-(?:proj|svcacct|admin|ant|or|lf)-[A-Za-z0-9_-]{16,}', // OpenAI, Anthropic, OpenRouter, Langfuse
  'sk-[A-Za-z0-9]{32,}',
  '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}', // Stripe
  'whsec_[A-Za-z0-9]{24,}',
  'xox[abeoprs]-[A-Za-z0-9-]{10,}', // Slack
  'xapp-[A-Za-z0-9-]{20,}',
  '(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}(?![A-Za-z0-9])', // AWS
  'AIza[A-Za-z0-9_-]{35}', // Google
  'ya29\\.[A-Za-z0-9_-]{20,}',
  'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*', // JSON Web Token
  'npm_[A-Za-z0-9]{36}',
  'pypi-AgE[A-Za-z0-9_-]{20,}',
  'dckr_pat_[A-Za-z0-9_-]{20,}',
  'do[op]_v1_[a-f0-9]{64}', // DigitalOcean
  'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}', // SendGrid
  'wandb_v1_[A-Za-z0-9_]{20,}',
  'r8_[A-Za-z0-9]{37}', // Replicate
]

const TOKEN = new RegExp(`${EDGE}(?:${TOKENS.join('|')})`, 'g')
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g
const AUTHORIZATION =
  /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:bearer|basic|token|digest|apikey)\s+)([^\s"',;]+)/gi
const BEARER = /\b(bearer\s+)([A-Za-z0-9._~+/=-]{16,})/gi
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"']*:)([^\s/"']+)(?=@)/gi
const URL_TOKEN = /\b(https?:\/\/)([A-Za-z0-9_.~%-]{16,})(?=@)/g
const SIGNATURE =
  /([?&](?:sig|signature|x-amz-(?:signature|credential|security-token)|x-goog-signature)=)([^\s&"']+)/gi
const ACCOUNT_KEY = /\b((?:account|sharedaccess)key=)([^\s;"']{16,})/gi

const SHAPES = [AUTHORIZATION, BEARER, URL_PASSWORD, URL_TOKEN, SIGNATURE, ACCOUNT_KEY]

/** Masks what is a credential by its looks: known tokens, private keys, passwords in URLs, authorization headers. */
export function maskShapes(text: string): string {
  let masked = text.replace(PRIVATE_KEY, MASK).replace(TOKEN, MASK)
  for (const shape of SHAPES) {
    masked = masked.replace(
      shape,
      (_, before: string, secret: string) => before + (isReference(secret) ? secret : MASK),
    )
  }
  return masked
}

/** Tells whether a text only names where a credential is to be found, or stands in for one: `$TOKEN`, `<token>`. */
export function isReference(text: string): boolean {
  return /^(?:\*+|x{3,}|\$[\w{(].*|<.*>|\{.*\}|%.*%|%\(.*|\.\.\.|…)$/i.test(text)
}
