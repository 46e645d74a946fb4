extension SetupPage {
  static let missing = document(
    title: "This link does not work",
    """
    <h1>This link does not work</h1>
    <p>It may have expired, been revoked, or lost a part on its way. Ask whoever sent it to you for \
    a new one.</p>
    """)

  static let tooMany = document(
    title: "Too many tries",
    "<h1>Too many tries</h1><p>Too many links that do not work were opened from this address. Wait"
      + " a minute, then open yours again.</p>")

  static let busy = document(
    title: "Try again",
    "<h1>Try again</h1><p>The server takes no changes right now. Go back and press the button again"
      + " in a minute.</p>")

  static let refused = document(
    title: "This does not work",
    "<h1>This does not work</h1><p>The server could not take what was sent. Open the link you were"
      + " sent, and press the button there.</p>")

  static let insecure =
    "<p class=\"notice\">This address begins with http://, so the token would travel in clear, and"
    + " most identity providers refuse it. Ask whoever sent you this link for an https address.</p>"

  static func document(title: String, _ body: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="referrer" content="no-referrer">
    <title>\(title.escaped)</title>
    <style>\(style)</style>
    </head>
    <body>
    <main>
    \(body)
    </main>
    <script>\(script)</script>
    </body>
    </html>

    """
  }

  static let style = """
    :root{color-scheme:light dark;--line:#8884;--soft:#8881;--good:#1a7f37;--bad:#b3261e}
    body{margin:0;font:16px/1.55 system-ui,sans-serif}
    main{max-width:46rem;margin:0 auto;padding:1.5rem 1rem 4rem}
    h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.1rem;margin-top:2rem}
    dt{font-weight:600;margin-top:1rem}dd{margin:.25rem 0 0}
    code,pre{font:14px/1.5 ui-monospace,monospace;background:var(--soft);border-radius:4px}
    code{padding:.2rem .4rem;overflow-wrap:anywhere}pre{padding:.75rem;overflow:auto}
    li{margin:.5rem 0}
    button{font:inherit;padding:.35rem .9rem;border:1px solid var(--line);border-radius:6px}
    form button{background:#0b57d0;color:#fff;border-color:#0b57d0}
    #state,.notice{padding:.6rem .8rem;border-left:4px solid var(--line);background:var(--soft)}
    #state.live,#state.silent{border-color:var(--good)}
    #state.error,#state.disabled,.notice{border-color:var(--bad)}
    """

  /// Works without: it only spares the administrator pressing reload and selecting text.
  static let script = """
    for(const b of document.querySelectorAll('[data-copy]')){
    if(!navigator.clipboard)continue;b.hidden=false;
    b.onclick=()=>navigator.clipboard.writeText(document.getElementById(b.dataset.copy).textContent)
    .then(()=>{b.textContent='Copied'})}
    const s=document.getElementById('state');
    const w={pending:'Waiting.',live:'Connected.',silent:'Quiet.',error:'Not right yet.',
    disabled:'Switched off.'};
    const t=s&&setInterval(async()=>{try{
    const r=await fetch(location.pathname.replace(/\\/$/,'')+'/state',{cache:'no-store'});
    if(r.status===404){clearInterval(t);s.className='error';
    s.firstElementChild.textContent='This link does not work any more.';
    s.querySelector('span').textContent='Ask whoever sent it to you for a new one.'}
    if(!r.ok)return;const j=await r.json();s.className=j.status;
    s.firstElementChild.textContent=w[j.status]||j.status;
    s.querySelector('span').textContent=j.detail}catch(e){}},5000);
    """
}
