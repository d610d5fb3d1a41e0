import type { ServerResponse } from 'node:http'

/** Sends an answer as JSON. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json', JSON.stringify(body))
}

/** Sends a short text. */
export function sendText(response: ServerResponse, text: string): void {
  send(response, 200, 'text/html; charset=utf-8', text)
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  if (response.headersSent || response.destroyed) return
  const bytes = Buffer.from(text)
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  })
  response.end(bytes)
}
