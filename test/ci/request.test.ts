import { describe, expect, it } from 'vitest'
import { github } from '../../src/forge/github.ts'
import { githubDouble } from './forge-double.ts'

const TOKEN = 'ghs_0123456789secret'

describe('a host that is busy', () => {
  it.each([
    [{ status: 502 }],
    [{ status: 429, headers: { 'retry-after': '0' } }],
    [{ status: 403, headers: { 'retry-after': '0' }, body: { message: 'secondary rate limit' } }],
    [{ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' } }],
    // Of a secondary limit sometimes only the text tells.
    [
      {
        status: 403,
        headers: { 'x-ratelimit-remaining': '42', 'x-ratelimit-reset': '1' },
        body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' },
      },
    ],
  ])('is asked again: %j', async (obstacle) => {
    const double = await githubDouble(TOKEN)
    double.obstacles.push(obstacle)
    expect(await github(double.api, 'acme/digits', TOKEN).listComments(7)).toEqual([])
    expect(double.requests).toHaveLength(2)
  })

  it('is not asked twice to create a comment that it may have created', async () => {
    const double = await githubDouble(TOKEN)
    double.obstacles.push({ status: 502 })
    await expect(github(double.api, 'acme/digits', TOKEN).createComment(7, 'x')).rejects.toMatchObject({
      code: 'host-unreachable',
    })
    expect(double.requests).toHaveLength(1)
    double.obstacles.push({ status: 429, headers: { 'retry-after': '0' } })
    await github(double.api, 'acme/digits', TOKEN).createComment(7, 'x')
    expect(double.comments).toHaveLength(1)
  })
})

describe('a token', () => {
  it('goes to no other host, and into no error', async () => {
    const [double, other] = await Promise.all([githubDouble(TOKEN), githubDouble(TOKEN)])
    double.obstacles.push({
      status: 200,
      headers: { link: `<${other.api}/repos/acme/digits/issues/7/comments?page=2>; rel="next"` },
      body: [],
    })
    const refused = github(double.api, 'acme/digits', TOKEN).listComments(7)
    await expect(refused).rejects.toMatchObject({ code: 'host-unreachable' })
    expect(other.requests).toEqual([])
    const wrong = github(double.api, 'acme/digits', 'another').listComments(7)
    const error = await wrong.then(
      () => undefined,
      (thrown: Error) => thrown,
    )
    expect(error?.message).toMatch(/401.*Bad credentials/)
    expect(JSON.stringify(error) + error!.stack!).not.toContain('another')
  })
})

it('a host that is not there is said to be so', async () => {
  const forge = github('http://127.0.0.1:9', 'acme/digits', TOKEN)
  await expect(forge.createComment(7, 'x')).rejects.toMatchObject({ code: 'host-unreachable' })
})
