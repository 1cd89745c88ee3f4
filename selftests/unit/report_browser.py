#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report_browser.py REPORT HOSTILE: what a report does in a browser, a line a check.

REPORT is of the records of make_fixtures, HOSTILE of the same with names that are markup."""
import base64
import hashlib
import re
import sys

from browser import Browser

ROWS = "Array.from(document.querySelectorAll('#list tbody tr')).filter(row => !row.hidden)"


def check(name, got, want=True):
    """A line: ok or not_ok, the name, and what was wrong."""
    if got == want:
        print("ok", name)
    else:
        print("not_ok", f"{name}: got {got!r}, want {want!r}")


def column(browser, number):
    return browser.value(f"{ROWS}.map(row => row.cells[{number}].textContent)")


def title(name):
    """The heading of a column, as a selector of its button."""
    names = ["#", "Local", "Remote", "Program", "Opened", "State", "Outcome", "Close", "Handshake"]
    return f"#list th:nth-child({names.index(name) + 1}) button"


def look_at_policy(path):
    """The hashes are those of what is there, by another's arithmetic."""
    text = open(path, encoding="utf-8").read()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    parts = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", text, re.S)
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in parts]
    check("the policy allows nothing but what has these hashes",
          (policy.startswith("default-src 'none'; "), re.findall(r"'sha256-([^']*)'", policy),
           "unsafe" in policy), (True, hashes, False))


def look_at_table(browser):
    ids = [int(cell) for cell in column(browser, 0)]
    browser.click(title("#"))
    check("a click sorts, the largest first", [int(cell) for cell in column(browser, 0)],
          sorted(ids, reverse=True))
    browser.click(title("#"))
    check("another the other way round", [int(cell) for cell in column(browser, 0)], sorted(ids))
    browser.value(f"document.querySelector('{title('Program')}').focus()")
    browser.key("Enter")
    names = column(browser, 3)
    check("so does a key, and what is not known is last",
          (sorted(names[:-3]), names[-3:],
           browser.value("document.querySelector('[aria-sort]').textContent")),
          (names[:-3], ["-"] * 3, "Program"))
    browser.click(title("Handshake"))
    times = browser.value(f"{ROWS}.map(row => row.cells[8].dataset.v)")
    known = [int(time) for time in times if time]
    check("numbers sort as numbers", (known, times[len(known):]),
          (sorted(known, reverse=True), [""] * (len(times) - len(known))))


def look_at_filters(browser):
    count = len(column(browser, 0))
    browser.key("/")
    for letter in "10.0.0.3 ab":
        browser.key(letter)
    check("/ goes to the search, which takes each word",
          (column(browser, 3), browser.value("document.getElementById('shown').textContent")),
          (["ab"] * 3, f"3 of {count} shown"))
    check("what is left out of the table is left out below", browser.value(
        "document.querySelectorAll('.connection:not([hidden])').length"), 3)
    browser.click("#filter button")
    browser.value("new Promise(done => setTimeout(done))")
    check("all can be shown again", len(column(browser, 0)), count)
    browser.click("a[data-value=refused]")
    check("a word of the figures filters", set(column(browser, 6)), {"refused"})
    browser.click("#filter button")
    browser.value("new Promise(done => setTimeout(done))")


def marked(browser, selector):
    return browser.value(f"document.querySelectorAll('.connection[open] {selector}').length")


def look_at_marks(browser):
    number = browser.value(f"{ROWS}.findIndex(row => row.cells[0].textContent === '17')")
    browser.click("#list tbody tr td a", number)
    browser.value("new Promise(done => setTimeout(done, 50))")
    check("a number of the table opens its connection", browser.value(
        "Array.from(document.querySelectorAll('.connection[open] .id'), id => id.textContent)"),
          ["#17"])
    ladder, words = ".connection[open] .ladder g[tabindex]", ".connection[open] .steps li"
    synack = browser.value(f"Array.from(document.querySelectorAll('{ladder}')).findIndex("
                           "g => g.textContent.includes('SYN,ACK'))")
    browser.point_at(ladder, synack)
    check("the mouse on an arrow marks arrow, state and words",
          [marked(browser, ".ladder g.on .arrow"),
           browser.value("Array.from(document.querySelectorAll('.connection[open] .ladder g.on rect"
                         "'), rect => rect.parentNode.textContent).join().includes('ESTABLISHED')"),
           browser.value("document.querySelector('.steps li.on').textContent"
                         ".includes('SYN_SENT => ESTABLISHED')")], [1, True, True])
    browser.point(1, 1)
    check("away from it, no more", marked(browser, ".on"), 0)
    browser.value(f"document.querySelectorAll('{words}')[2].focus()")
    check("the focus on words marks their arrow", marked(browser, ".ladder g.on .arrow"), 1)
    browser.key("ArrowDown")
    check("a key goes on to the next", browser.value(
        f"document.activeElement === document.querySelectorAll('{words}')[3] && "
        "document.activeElement.classList.contains('on')"))
    browser.point_at(".connection[open] .timebar g[tabindex]", 1)
    check("a state of the time bar marks its words and its way", (
        marked(browser, ".steps li.on") > 0, marked(browser, ".statediagram g.on")), (True, 1))
    browser.point(1, 1)
    browser.value("document.activeElement.blur()")


def look_at_media(browser):
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    light, picture = browser.value(colour), browser.screenshot()
    browser.media(prefers_color_scheme="dark")
    check("dark is dark", (light, browser.value(colour), picture == browser.screenshot()),
          ("rgb(255, 255, 255)", "rgb(13, 17, 23)", False))
    browser.media("print", prefers_color_scheme="dark")
    check("paper is white, and has no form", (
        browser.value(colour), browser.value(
            "getComputedStyle(document.getElementById('filter')).display")),
          ("rgb(255, 255, 255)", "none"))
    browser.media()
    pages = len(re.findall(rb"/Type\s*/Page\b", browser.pdf()))
    check("printed, each connection is open, on a page of its own",
          pages > browser.value("document.querySelectorAll('.connection').length"))


def main():
    report, hostile = sys.argv[1:]
    look_at_policy(report)
    with Browser() as browser:
        browser.media(prefers_reduced_motion="reduce")
        browser.open(report)
        look_at_table(browser)
        look_at_filters(browser)
        look_at_marks(browser)
        look_at_media(browser)
        browser.open(hostile)
        check("hostile names are text", browser.value(
            "[document.images.length, document.querySelectorAll('#list b').length, "
            f"{ROWS}.filter(row => row.cells[3].textContent === '\"><img src=x>').length]"),
              [0, 0, 1])
        check("nothing was asked for, and nothing stands on the console",
              ([url for url in browser.requests() if not url.startswith("file://")],
               len(browser.requests()), browser.complaints()), ([], 2, []))


main()
