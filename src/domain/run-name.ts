const ADJECTIVES =
  'able bold brave bright calm clear clever crisp eager early fair fast fine firm fond free fresh gentle glad grand great happy honest keen kind late lively lucky mellow merry mild neat noble plain proud quick quiet rapid ready rich sharp shy sleek smart smooth solid steady sunny swift tidy tough vivid warm wise witty'.split(
    ' ',
  )
const NOUNS =
  'ant badger bear beaver bison crane crow deer dove duck eagle elk falcon ferret finch fox frog goose hare hawk heron horse ibis jay koala lark lemur lion lynx magpie mink mole moose moth newt orca otter owl panda puffin quail raven robin seal shrew skunk sloth snail sparrow stork swan tapir tern tiger toad trout turtle viper vole walrus whale wolf wren yak zebra'.split(
    ' ',
  )

/** Makes a name for a run that was given none, such as `calm-otter-48213`, from six or more random bytes. */
export function inventName(random: Uint8Array): string {
  const number = random[2]! * 65_536 + random[3]! * 256 + random[4]!
  return `${ADJECTIVES[random[0]! % ADJECTIVES.length]}-${NOUNS[random[1]! % NOUNS.length]}-${number % 100_000}`
}
