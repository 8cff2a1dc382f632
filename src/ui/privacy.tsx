import { useId } from 'react'
import { useStudio } from '../store/studio.ts'

/** Says where the work is done, and opens the facts behind it. */
export function Privacy() {
  const id = useId()
  const containment = useStudio((studio) => studio.containment)
  return (
    <>
      <button type="button" className="quiet badge" popoverTarget={id}>
        <span aria-hidden="true" className="badge-light" />
        Runs on this device
      </button>
      <div id={id} popover="auto" className="popover" role="dialog" aria-label="Where your files go">
        <h2>Where your files go</h2>
        <ul>
          <li>
            Models are read from your disk by this page, and the result is written to the folder you choose. Nothing is
            uploaded.
          </li>
          <li>The page asks its own server for its own program files and contacts nobody else.</li>
          {containment === 'headers' && (
            <li>
              The browser holds it to that: this host’s headers forbid the page and its workers every request to
              anywhere else, and in Chrome and Edge from version 152 new windows, navigation and WebRTC too.
            </li>
          )}
          {containment === 'code' && (
            <li>
              <b>This host sends no containment headers.</b> The page’s own policy still makes the browser refuse
              scripts, connections, images and forms from the page to anywhere else. That the merge worker makes no
              request, and that nothing leaves by navigation, a new window or WebRTC, rests on the page’s code alone.
            </li>
          )}
          <li>
            Model folders are opened for reading only. Only the output folder is written to, and only if it is empty or
            holds an unfinished merge of this page.
          </li>
          <li>Weight files are data here: no code in them is ever run, PyTorch files included.</li>
          <li>The recipe, the settings and the list of folders stay in this browser until you clear its data.</li>
        </ul>
        <p className="popover-more">
          <a href="#help/privacy">How to see for yourself, and what cannot be promised</a>
        </p>
      </div>
    </>
  )
}
