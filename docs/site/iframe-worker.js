/* Browsers start no workers for pages that are opened from a disk, and the search wants one. There
   it gets a hidden frame in place of it. */
if (location.protocol === "file:")
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.append(frame)
      this.inside = frame.contentWindow
      this.ready = new Promise((resolve) => (frame.onload = resolve))
      window.addEventListener("message", (event) => {
        if (event.source === this.inside)
          this.dispatchEvent(new MessageEvent("message", { data: event.data }))
      })
      const document_ = this.inside.document
      document_.open()
      document_.write(
        "<script>postMessage = (data) => parent.postMessage(data, '*')</" + "script>" +
          `<script src="${url}"></` + "script>"
      )
      document_.close()
    }
    postMessage(data) {
      this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", { data })))
    }
  }
