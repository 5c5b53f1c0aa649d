// Package report writes a search over hyperparameters as one page for a browser: a file that holds its data, styles and script, opens no
// connection, and forbids the browser to open one.
//
//	err := report.Write(file, report.Search{Name: "abalone", Metric: "validation:rmse", Parameters: …, Trials: …})
//
// What can be said in words is said by Go and stands in the file as text: the summary, a finding for every chart, the table of trials. The
// charts are drawn by the script in asset/, from the data in the file. Nothing of the search is ever markup: the template escapes text,
// the data are JSON without any <, and the script writes texts as text.
package report
