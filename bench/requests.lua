-- SPDX-License-Identifier: ISC
--
-- Makes wrk ask once for each document, and then for nothing more: no transaction is cut
-- off at the end, so that its count and the server's agree. COUNT comes as an argument.

local granted, asked, count = 0, 0, 0

function init(arguments)
   count = tonumber(arguments[1])
   wrk.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
   wrk.headers["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
   wrk.headers["Accept-Language"] = "en-US,en;q=0.5"
   wrk.headers["Cookie"] = "session=4f1c9b7a20d84e6fa1d2; theme=light; consent=yes"
end

-- Milliseconds until the next request of this connection; a day is never. The request
-- itself is made later, while other connections ask: so it is granted here.
function delay()
   if granted < count then
      granted = granted + 1
      return 0
   end
   return 86400000
end

function request()
   local path = "/" .. asked % count
   asked = asked + 1
   return wrk.format("GET", path)
end
