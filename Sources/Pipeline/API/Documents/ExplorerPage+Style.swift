extension ExplorerPage {
  static let style = """
    :root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2563eb }
    body { font: 15px/1.45 system-ui, sans-serif; margin: 0; display: grid;
      grid-template: "head head" auto "side main" 1fr / 13rem minmax(0, 1fr) }
    header { grid-area: head; display: flex; flex-wrap: wrap; gap: .6rem 1.2rem;
      align-items: center; padding: .8rem 1.2rem; border-bottom: 1px solid var(--line) }
    header h1 { font-size: 1.1rem; margin: 0 }
    header p { margin: 0; opacity: .7; font-size: .85rem }
    nav { grid-area: side; padding: 1rem 1.2rem; border-right: 1px solid var(--line) }
    nav a { display: block; padding: .15rem 0; color: inherit }
    main { grid-area: main; padding: .2rem 1.5rem 3rem; max-width: 62rem }
    h2 { font-size: 1.05rem; margin: 1.4rem 0 .4rem }
    details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0 }
    summary { padding: .5rem .8rem; cursor: pointer; display: flex; flex-wrap: wrap;
      gap: .2rem .8rem }
    summary b { width: 4rem; color: var(--accent) }
    summary code { flex: 0 1 auto; overflow-wrap: anywhere }
    summary span { opacity: .75; flex: 1 1 18rem }
    form, .answer { padding: .3rem .8rem .8rem }
    .field { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: .1rem .8rem;
      margin: .35rem 0; align-items: start }
    .field small { grid-column: 2; opacity: .7 }
    .field i { opacity: .6; font-size: .85em }
    input, select, textarea { font: inherit; padding: .25rem .4rem; box-sizing: border-box;
      border: 1px solid var(--line); border-radius: 4px; background: var(--soft); color: inherit }
    .field input, .field select, .field textarea { width: 100% }
    header input { width: 17rem }
    button { font: inherit; padding: .3rem 1.2rem; border: 0; border-radius: 4px; color: #fff;
      background: var(--accent); cursor: pointer }
    pre { background: var(--soft); padding: .6rem .8rem; border-radius: 4px; margin: .4rem 0;
      overflow: auto; max-height: 28rem; white-space: pre-wrap; overflow-wrap: anywhere }
    .good { color: #15803d } .bad { color: #dc2626 }
    @media (max-width: 50rem) {
      body { display: block }
      nav { border: 0; display: flex; flex-wrap: wrap; gap: 0 1rem }
      .field { grid-template-columns: 1fr }
      .field small { grid-column: 1 }
    }
    """
}
