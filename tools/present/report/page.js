// SPDX-License-Identifier: GPL-2.0
// What a report can do where scripts run: sort and filter its table, and mark the
// arrow, the state and the words that belong together. All it shows is in the page.
"use strict";
(function () {
	const list = document.getElementById("list");
	const rows = Array.from(list.tBodies[0].rows);
	const form = document.getElementById("filter");
	const search = document.getElementById("q");
	const choices = Array.from(form.querySelectorAll("select"));
	const shown = document.getElementById("shown");
	const connections = Array.from(document.querySelectorAll(".connection"));

	function part(row) {
		return document.getElementById(row.querySelector("a").hash.slice(1));
	}

	// Sorting. A cell without a value is last either way.
	function value(row, column) {
		const cell = row.cells[column];

		return "v" in cell.dataset ? cell.dataset.v : cell.textContent;
	}

	function compare(a, b, number) {
		if (number)
			return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
		return a < b ? -1 : a > b ? 1 : 0;
	}

	function sort(heading) {
		const column = heading.cellIndex;
		const number = heading.classList.contains("n");
		const before = heading.getAttribute("aria-sort");
		const down = before ? before === "ascending" : number;
		const keyed = rows.map((row) => ({ row, key: value(row, column) }));

		keyed.sort((a, b) => {
			if (a.key === "" || b.key === "")
				return (a.key === "") - (b.key === "");
			return down ? compare(b.key, a.key, number) : compare(a.key, b.key, number);
		});
		for (const other of list.tHead.rows[0].cells)
			other.removeAttribute("aria-sort");
		heading.setAttribute("aria-sort", down ? "descending" : "ascending");
		list.tBodies[0].append(...keyed.map((each) => each.row));
	}

	for (const heading of list.tHead.rows[0].cells) {
		const button = document.createElement("button");

		button.type = "button";
		button.append(...heading.childNodes);
		button.addEventListener("click", () => sort(heading));
		heading.append(button);
	}

	// Filtering: each word of the search is in the row, each choice is its own.
	function matches(row, words) {
		const text = row.textContent.toLowerCase();

		return words.every((word) => text.includes(word)) && choices.every((choice) =>
			!choice.value ||
			row.dataset[choice.dataset.filter].split(" ").includes(choice.value));
	}

	function filter() {
		const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
		let count = 0;

		for (const row of rows) {
			row.hidden = !matches(row, words);
			part(row).hidden = row.hidden;
			count += !row.hidden;
		}
		shown.textContent = shown.dataset.text.replace("{shown}", count)
			.replace("{all}", rows.length);
	}

	form.hidden = false;
	form.addEventListener("input", filter);
	form.addEventListener("submit", (event) => event.preventDefault());
	form.addEventListener("reset", () => setTimeout(filter));
	for (const link of document.querySelectorAll("a[data-filter]"))
		link.addEventListener("click", () => {
			form.reset();
			form.querySelector(`select[data-filter="${link.dataset.filter}"]`).value =
				link.dataset.value;
			filter();
		});
	filter();

	// A link to a connection opens it.
	function follow() {
		const target = document.getElementById(location.hash.slice(1));

		if (target && target.matches("details")) {
			target.open = true;
			target.scrollIntoView();
		}
	}

	window.addEventListener("hashchange", follow);
	list.addEventListener("click", (event) => {
		if (event.target.closest("a"))
			setTimeout(follow);
	});
	follow();

	document.getElementById("all").hidden = false;
	document.getElementById("all").addEventListener("click", (event) => {
		const button = event.target.closest("button");

		if (button)
			for (const connection of connections)
				connection.open = "open" in button.dataset;
	});

	// Paper cannot be opened.
	let opened = [];

	window.addEventListener("beforeprint", () => {
		opened = connections.filter((each) => !each.open && !each.hidden);
		for (const connection of opened)
			connection.open = true;
	});
	window.addEventListener("afterprint", () => {
		for (const connection of opened)
			connection.open = false;
	});

	// Marking, which also shows where the keys are. What has a group in common belongs together.
	let marked = [];

	document.documentElement.classList.add("marks");

	function groups(element) {
		return element.dataset.g.split(" ");
	}

	function unmark() {
		for (const element of marked)
			element.classList.remove("on");
		marked = [];
	}

	// The words beside a ladder scroll by themselves: show those that are marked.
	function reveal(words, step) {
		const box = words.getBoundingClientRect();
		const at = step.getBoundingClientRect();

		if (words.scrollHeight > words.clientHeight &&
		    (at.top < box.top || at.bottom > box.bottom))
			words.scrollTop += at.top - box.top - (box.height - at.height) / 3;
	}

	function mark(element) {
		const connection = element.closest(".connection");
		const wanted = groups(element);

		unmark();
		marked = Array.from(connection.querySelectorAll("[data-g]")).filter((other) =>
			groups(other).some((group) => wanted.includes(group)));
		for (const other of marked)
			other.classList.add("on");
		if (!element.closest(".words"))
			for (const step of connection.querySelectorAll(".steps .on"))
				reveal(step.closest(".words"), step);
	}

	function find(target) {
		return target instanceof Element ? target.closest("[data-g]") : null;
	}

	function markFocused() {
		const focused = find(document.activeElement);

		if (focused)
			mark(focused);
		else
			unmark();
	}

	document.addEventListener("mouseover", (event) => {
		const element = find(event.target);

		if (element)
			mark(element);
	});
	document.addEventListener("mouseout", (event) => {
		if (find(event.target) && !find(event.relatedTarget))
			markFocused();
	});
	document.addEventListener("focusin", markFocused);
	document.addEventListener("focusout", () => setTimeout(markFocused));

	// Keys: up and down among what can be marked, / to the search.
	function go(from, by) {
		const all = Array.from(from.closest("svg, ol").querySelectorAll("[tabindex]"));
		const next = all[all.indexOf(from) + by];

		if (next)
			next.focus();
	}

	document.addEventListener("keydown", (event) => {
		const element = find(document.activeElement);

		if (event.ctrlKey || event.altKey || event.metaKey)
			return;
		if (element && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
			go(element, event.key === "ArrowDown" ? 1 : -1);
			event.preventDefault();
		} else if (event.key === "/" && !document.activeElement.matches("input, select")) {
			search.focus();
			event.preventDefault();
		}
	});
})();
