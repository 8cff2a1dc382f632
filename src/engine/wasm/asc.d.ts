/** The URL of an AssemblyScript program, compiled by scripts/assemblyscript-plugin.ts. */
declare module '*?asc' {
  const url: string
  export default url
}
