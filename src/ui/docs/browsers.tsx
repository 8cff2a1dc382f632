import { abilitiesHere } from './this-browser.ts'

const ELSEWHERE = 'Models as files; the merge is kept in the browser’s own storage and downloaded from there'

const ROWS = [
  [
    'Chrome, Edge and other Chromium browsers on a computer',
    '123',
    'Everything',
    'Windows, macOS, ChromeOS; Linux depends on the GPU',
  ],
  ['Chrome for Android', '132', 'Everything that the screen has room for', 'Many devices'],
  ['Firefox', '124', ELSEWHERE, 'Windows since 141, newer Macs since 145'],
  ['Safari', '17.5', ELSEWHERE, 'Since 26'],
] as const

/** Which browser can do what, and what the one at hand can. */
export function Browsers() {
  return (
    <>
      <div className="docs-table">
        <table className="small-table">
          <caption>Support by browser</caption>
          <thead>
            <tr>
              <th scope="col">Browser</th>
              <th scope="col">From</th>
              <th scope="col">What works</th>
              <th scope="col">WebGPU</th>
            </tr>
          </thead>
          <tbody>
            {ROWS.map(([name, from, works, gpu]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{from}</td>
                <td>{works}</td>
                <td>{gpu}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="hint">
        Tested with Chromium 156 on Linux, as it is and with folder access and WebGPU taken away. The other rows follow
        from what these browsers say they have; Firefox and Safari have decided against letting pages open folders.
        Where WebGPU is missing, WebAssembly gives the same result.
      </p>
      <div className="docs-table">
        <table className="small-table">
          <caption>The browser you are using</caption>
          <thead>
            <tr>
              <th scope="col">Ability</th>
              <th scope="col">Here</th>
              <th scope="col">Without it</th>
            </tr>
          </thead>
          <tbody>
            {abilitiesHere().map(({ name, here, without }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{here ? 'Yes' : 'No'}</td>
                <td>{without}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        A GPU is used if it is real hardware and gives the same bits as WebAssembly in a test at the start; the report
        of a merge names the engine and says why.
      </p>
    </>
  )
}
