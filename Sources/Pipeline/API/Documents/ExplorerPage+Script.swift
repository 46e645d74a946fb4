extension ExplorerPage {
  static let script = #"""
    "use strict";
    const api = JSON.parse(document.getElementById("api").textContent);
    const base = location.pathname.replace(/\/explorer\/?$/, "");
    const key = document.getElementById("key");
    const consumer = document.getElementById("consumer");
    const tokens = new Map();

    function make(tag, properties, ...children) {
      const node = Object.assign(document.createElement(tag), properties || {});
      node.append(...children);
      return node;
    }

    async function send(method, path, headers, body) {
      const response = await fetch(base + path, { method, headers, body, cache: "no-store" });
      return { response, text: await response.text() };
    }

    async function token(scope) {
      const id = consumer.value.trim();
      const name = [scope, scope === "consumer" ? id : "", key.value].join(" ");
      if (tokens.has(name)) return tokens.get(name);
      if (!key.value.trim()) throw new Error("Type an API key at the top first.");
      if (scope === "consumer" && !id) throw new Error("Say which consumer at the top first.");
      const ask = { apiKey: key.value.trim(), scope };
      if (scope === "consumer") ask.consumerId = id;
      const { response, text } = await send(
        "POST", "/auth", { "content-type": "application/json" }, JSON.stringify(ask));
      const answer = JSON.parse(text);
      if (!response.ok) throw new Error(answer.detail);
      tokens.set(name, answer.data.accessToken);
      setTimeout(() => tokens.delete(name), (answer.data.expiresIn - 60) * 1000);
      return answer.data.accessToken;
    }

    key.addEventListener("input", () => tokens.clear());
    key.addEventListener("change", async () => {
      try {
        const bearer = { authorization: "Bearer " + await token("application") };
        const { text } = await send("GET", "/consumers?limit=1000", bearer);
        const found = JSON.parse(text).data || [];
        document.getElementById("consumers").replaceChildren(
          ...found.map((one) => make("option", { value: one.id, label: one.name })));
        if (!consumer.value && found.length) consumer.value = found[0].id;
      } catch (error) { /* the first call says what is wrong */ }
    });

    const plain = (schema) =>
      schema.anyOf ? schema.anyOf.find((one) => one.type !== "null") : schema;

    function control(name, schema, example) {
      const shape = plain(schema);
      if (shape.enum || shape.type === "boolean") {
        const words = shape.enum || ["true", "false"];
        return make("select", { name }, make("option", { value: "" }, "—"),
          ...words.map((word) => make("option", { value: word }, word)));
      }
      const placeholder = example === undefined ? "" :
        typeof example === "string" ? example : JSON.stringify(example);
      if (shape.type === "object") {
        return make("textarea", { name, rows: 3, placeholder: "{ }", spellcheck: false });
      }
      return make("input", { name, placeholder, autocomplete: "off", spellcheck: false,
        type: shape.type === "integer" ? "number" : "text" });
    }

    function field(input) {
      const mark = input.required ? " *" : "";
      const list = plain(input.schema).type === "array" ? " with commas in between" : "";
      return make("div", { className: "field" },
        make("label", {}, input.name + mark, " ", make("i", {}, input.in + list)),
        control(input.in + " " + input.name, input.schema, input.example),
        make("small", {}, input.description || ""));
    }

    function value(text, schema) {
      const shape = plain(schema);
      if (text === "null" && shape !== schema) return null;
      if (shape.type === "boolean") return text === "true";
      if (shape.type === "integer") return Number(text);
      if (shape.type === "object") return JSON.parse(text);
      if (shape.type === "array") return text.split(",").map((word) => word.trim());
      if (schema.anyOf && shape.type !== "string" && /^\d+$/.test(text)) return Number(text);
      return text;
    }

    function inputs(operation) {
      const body = operation.requestBody?.content["application/json"];
      const schema = body?.schema || {};
      return (operation.parameters || []).concat(
        Object.entries(schema.properties || {}).map(([name, one]) => ({
          name, in: "body", schema: one, description: one.description,
          required: (schema.required || []).includes(name), example: body.example?.[name] })));
    }

    function call(path, operation, form) {
      const query = new URLSearchParams();
      const headers = {};
      const body = operation.requestBody ? {} : undefined;
      for (const input of inputs(operation)) {
        const text = form.elements[input.in + " " + input.name].value;
        if (input.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(text));
        else if (text === "") continue;
        else if (input.in === "query") query.set(input.name, text);
        else if (input.in === "header") headers[input.name] = text;
        else body[input.name] = value(text, input.schema);
      }
      if (body) headers["content-type"] = "application/json";
      const target = path + (query.size ? "?" + query : "");
      return { target, headers, body: body && JSON.stringify(body) };
    }

    const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

    function curl(method, { target, headers, body }, scope) {
      const parts = ["curl -X " + method, quoted(location.origin + base + target)];
      if (scope) parts.push('-H "Authorization: Bearer $ACCESS_TOKEN"');
      for (const [name, text] of Object.entries(headers)) parts.push("-H " + quoted(name + ": " + text));
      if (body) parts.push("-d " + quoted(body));
      return parts.join(" \\\n  ");
    }

    function pretty(text) {
      try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
    }

    async function attempt(path, method, operation, form, answer) {
      const scope = Object.keys(operation.security[0] || {})[0];
      try {
        const asked = call(path, operation, form);
        const line = make("pre", {}, curl(method, asked, scope));
        answer.replaceChildren(line);
        const headers = { ...asked.headers };
        if (scope) headers.authorization = "Bearer " + await token(scope);
        const began = performance.now();
        const { response, text } = await send(method, asked.target, headers, asked.body);
        // Revoked, by this very call or elsewhere: the next one gets another.
        if (response.status === 401 || operation.operationId === "revokeAccessToken") {
          tokens.clear();
        }
        const words = `${response.status} in ${Math.round(performance.now() - began)} ms, ` +
          (response.headers.get("x-request-id") || "");
        answer.replaceChildren(line,
          make("p", { className: response.ok ? "good" : "bad" }, words),
          make("pre", {}, pretty(text) || "(no body)"));
      } catch (error) {
        answer.append(make("p", { className: "bad" }, error.message));
      }
    }

    function route(path, method, operation) {
      const answer = make("div", { className: "answer" });
      const form = make("form", {}, ...inputs(operation).map(field), make("button", {}, "Send"));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        attempt(path, method, operation, form, answer);
      });
      const scope = Object.keys(operation.security[0] || {})[0] || "open";
      return make("details", { id: operation.operationId },
        make("summary", {}, make("b", {}, method), make("code", {}, path),
          make("span", {}, operation.summary), make("i", {}, scope)), form, answer);
    }

    const sections = new Map();
    for (const tag of api.tags) sections.set(tag.name,
      make("section", { id: "subject-" + tag.name }, make("h2", {}, tag.name)));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        sections.get(operation.tags[0]).append(route(path, method.toUpperCase(), operation));
      }
    }
    document.getElementById("routes").replaceChildren(...sections.values());
    document.getElementById("subjects").replaceChildren(...[...sections.keys()].map(
      (name) => make("a", { href: "#subject-" + name }, name)));
    """#
}
