/** What happens to the user's files, and how to see that it is so. */
export function PrivacyFacts() {
  return (
    <>
      <ul className="docs-list">
        <li>
          <b>Nothing is uploaded.</b> The page reads the folders you choose and writes into the one you choose. It asks
          its own server for its own program files, and nobody for anything else.
        </li>
        <li>
          <b>The browser is told to forbid it.</b> The page comes with a content policy under which the browser refuses
          requests to other places, whatever the page’s own code tries. How much of it holds depends on the server’s
          headers: the part that a page can carry in itself is always there.
        </li>
        <li>
          <b>Sources are only read.</b> Model folders are opened without permission to write. Only the output folder is
          written to, and only if it is empty or holds an unfinished merge of this page.
        </li>
        <li>
          <b>Files are data.</b> PyTorch files are read by an interpreter that knows tensors and nothing else; code in a
          file is never run.
        </li>
        <li>
          <b>No account, no cookies, no counting of visitors,</b> no fonts or scripts from elsewhere.
        </li>
      </ul>
      <h4>What stays in this browser</h4>
      <p>
        The recipe, the settings, saved recipes, the list of folders (the browser asks you again before they may be
        read), measured Gram matrices, the record of unfinished merges, whether you have seen the guide, the demo’s
        models once you have opened them, and, in browsers without folder access, the merged model until you remove it.
        “Clear site data” in the browser’s settings removes all of it. A share link holds the recipe in the part behind
        the #, which browsers never send to a server.
      </p>
      <h4>How to see for yourself</h4>
      <p>
        Open the browser’s developer tools (F12), choose Network, and merge: the list shows files of this page alone. Or
        look at the response headers of the page itself: <code>Content-Security-Policy</code> is the list of what it may
        do.
      </p>
      <h4>What cannot be promised</h4>
      <p>
        Browser extensions can read pages and are outside any page’s policy. A source that is exchanged for one of the
        same name, size, date and headers is read as it is, unless you press “Check the sources’ content” under
        Settings. The web has no way to force a disk’s cache out: pull no plug in the seconds after the end.
      </p>
    </>
  )
}
