"""Writes python.json: what Python itself makes of texts, for comparison. Run: python3 python.py > python.json"""
import ast
import json
import random
import sys

random.seed(7)
TEXTS = """5|5.0| 5 |\t5\n|+5|-5|--5|+-5|1_000|1__0|_1|1_|0x10|007|1e3|1E3|.5|5.|.|1.|1.e3|e3|1e|1e+|1_0.0_1e1_0|1_.0|1._0|1e_1|inf|-inf|+Inf|INFINITY
nan|-nan|NaN|infinit|1e999|-1e999|1e-999|0.1|0.2|1e-05|0.0001|0.00001|1e16|1e15|9999999999999998|123456789012345680|1e22|5e-324|1.7976931348623157e308
-0|-0.0|\u0665|\u0967\u0968|\U0001d7d8\U0001d7d9|\uff11.\uff12|1\u00a0|\u20091|\x1c1|1 2|1,2|0b1|1j|True||  |99999999999999999999999999|0.30000000000000004|1e23
100000.0|2.5f|1e+5|1e0005|00.5|1_000.5|\u00b2|\u2460|infinity_|1\x00|0_0|0.1e-6""".replace("\n", "|").split("|")
TEXTS = [t.encode().decode("unicode_escape") if "\\" in t else t for t in TEXTS]
TEXTS += [repr(random.uniform(0, 1) * 10.0 ** random.randint(-20, 25)) for _ in range(200)]
LITERALS = """(1,-1,0)|[1, 0]|1,2|1,|(1)|(1,)|()|[]|[[1,2],[3,4]]|[[1, 2,], (3,)]|( 1 , 2 )|[1.5,1e3]|['a',"b'c"]|(True,None,False)|[1 2]|[1,,2]|(1|1)|[,]|,|007|[0,00]|-1|+1|- 1|[-1.5]
(1,\n2)| 1|(1,2) |"x"|'it\\'s'|foo|foo(1)|1+2|[1]*2|a.b|""|1.|.5|[1_0]|1__0|(1]|[)|None|True|[True,1]""".replace("\n", "|")


def attempt(call):
    try:
        return repr(call())
    except Exception as error:
        return "!" + type(error).__name__


def main():
    literals = [t.replace("\\n", "\n") for t in LITERALS.split("|")]
    strings = ["plain", "it's", 'say "x"', "both ' and \"", "tab\tnl\n", "\x00\x7f\x85", "é日本", "\u200b\ue000", "\U0001f600", "back\\slash", "\xa0", "\r"]
    json.dump({
        "python": sys.version.split()[0],
        "int": {t: attempt(lambda: int(t)) for t in TEXTS},
        "float": {t: attempt(lambda: float(t)) for t in TEXTS},
        "literal": {t: attempt(lambda: ast.literal_eval(t)) for t in literals},
        "repr": {t: repr(t) for t in strings},
    }, sys.stdout, indent=1, sort_keys=True)
    print()


main()
