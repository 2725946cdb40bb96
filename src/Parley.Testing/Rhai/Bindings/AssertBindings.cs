using Parley.Testing.Expectations;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Bindings;

/// <summary><c>assert(value)</c> and what it is asked.</summary>
internal static class AssertBindings
{
    public static void AddTo(FunctionTableBuilder table)
    {
        table.Add("assert(value: any) -> Assertion", "Begins an assertion on a value; its label is what was read last, unless described.", static (run, a) =>
        {
            var scope = ScriptHost.Of(run).Scope;
            return Value.Of(new Expectation(a[0].ToHost(), scope.TakeLabel(), scope, ScriptValueText.Instance));
        });
        Matcher("equals", ", expected: any", "It has the same type and prints the same.", static (that, a) => that.IsEqualTo(a[1].ToHost()));
        Matcher("not_equals", ", other: any", "It has another type, or prints differently.", static (that, a) => that.IsNotEqualTo(a[1].ToHost()));
        Matcher("is_true", "", "It is true, and nothing else.", static (that, _) => that.IsTrue());
        Matcher("is_false", "", "It is false, and nothing else.", static (that, _) => that.IsFalse());
        Matcher("is_present", "", "It is not ().", static (that, _) => that.IsPresent());
        Matcher("is_absent", "", "It is ().", static (that, _) => that.IsAbsent());
        Matcher("is_empty", "", "There is nothing in the string, array or map.", static (that, _) => that.IsEmpty());
        Matcher("is_not_empty", "", "There is something in the string, array or map.", static (that, _) => that.IsNotEmpty());
        Matcher("contains", ", text: any", "Its printed form has this in it.", static (that, a) => that.Contains(ScriptValueText.Instance.Print(a[1].ToHost())));
        Matcher("matches", ", regex: string", "A regular expression finds something in its printed form.", static (that, a) => that.Matches(a[1].Text));
        Matcher("greater_than", ", limit: int|float", "It is a number above this one.", static (that, a) => that.IsGreaterThan(a[1].ToHost()));
        Matcher("at_least", ", limit: int|float", "It is a number not below this one.", static (that, a) => that.IsAtLeast(a[1].ToHost()));
        Matcher("less_than", ", limit: int|float", "It is a number below this one.", static (that, a) => that.IsLessThan(a[1].ToHost()));
        Matcher("at_most", ", limit: int|float", "It is a number not above this one.", static (that, a) => that.IsAtMost(a[1].ToHost()));
        Matcher("describe", ", label: string", "Says what the value is.", static (that, a) => that.Describe(a[1].Text));
        table.Add("value(assertion: Assertion) -> any", "The value itself.", static (_, a) => Value.Of(((Expectation)a[0].Object!).Value));

        void Matcher(string name, string parameter, string docs, Func<Expectation, Value[], Expectation> match) =>
            table.Add($"{name}(assertion: Assertion{parameter}) -> Assertion", docs, (_, a) => Value.Of(match((Expectation)a[0].Object!, a)));
    }
}
