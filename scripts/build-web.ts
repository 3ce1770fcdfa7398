// placeholder written first so that `npm ci` works; the interface's build replaces it
