using Parley.Testing.Rhai;
using Parley.Testing.Rhai.Bindings;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Tests.Rhai;

/// <summary>The definitions say what the table says.</summary>
public sealed class DefinitionTests
{
    [Theory]
    [InlineData("fn dial(agent: Agent, target: string);")]
    [InlineData("fn get state(agent: Agent) -> CallState;")]
    [InlineData("fn push(mut array: array, item: any);")]
    [InlineData("fn await_until(closure: Fn, within: string) -> any;")]
    [InlineData("    const Ringing: CallState;")]
    public void A_function_is_defined(string line) => Assert.Contains(line, RhaiDefinitions.Write().Split('\n'));

    [Fact]
    public void Every_row_is_in_the_documentation_with_a_sentence()
    {
        var docs = RhaiDefinitions.WriteDocs();
        Assert.All(RhaiBindings.Table.Rows.Select(row => (row.Signature, row.Docs)).Concat(BuiltIns.All), row =>
        {
            Assert.EndsWith(".", row.Docs, StringComparison.Ordinal);
            Assert.Contains(row.Signature.Name, docs, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void What_is_left_out_is_in_the_documentation_with_its_reason()
    {
        var docs = RhaiDefinitions.WriteDocs();
        Assert.All(LeftOut.Reasons, pair => Assert.Contains($"| `{pair.Key}` | {pair.Value} |", docs, StringComparison.Ordinal));
    }

    // The page is what RhaiDefinitions.WriteDocs gives.
    [Fact]
    public void The_page_of_functions_is_what_the_table_says()
    {
        var page = Path.Combine(SampleScenarioTests.Root, "docs", "scripting-functions.md");
        Assert.Equal(File.ReadAllText(page), RhaiDefinitions.WriteDocs());
    }

    [Fact]
    public void No_two_rows_take_the_same_arguments()
    {
        var twice = RhaiBindings.Table.Rows
            .GroupBy(row => $"{row.Signature.Form} {row.Signature.Name}({string.Join(", ", row.Signature.Parameters.Select(parameter => parameter.Type))})")
            .Where(group => group.Count() > 1)
            .Select(group => group.Key);
        Assert.Empty(twice);
    }

    // The seed's surface, and what was added to it until version 0.12 of the original.
    [Theory]
    [InlineData("abort_transfer accept attended_transfer complete_transfer dial dtmf hangup header headers hold info mute register resume send_audio to_json transfer verify_audio verify_audio_connection deflect stop_deflect respond_incoming")]
    [InlineData("assert equals not_equals is_true is_false is_present is_absent is_empty is_not_empty contains matches greater_than at_least less_than at_most describe value")]
    [InlineData("agent await_until wait parallel default_timeout scenario setup teardown skip env load_env log print uuid tone file silent")]
    [InlineData("http json expect_status mock_server respond on request_count last_request requests stop regex json_response text_response query")]
    public void A_function_of_the_original_is_there(string names) =>
        Assert.All(names.Split(' '), name => Assert.True(RhaiBindings.Table.Function(name) is not null, name));

    [Theory]
    [InlineData("peer reason registered state status_code received_dtmf quality metadata uri number name mos rtt jitter packet_loss status body url port method path")]
    public void A_property_of_the_original_is_there(string names) =>
        Assert.All(names.Split(' '), name => Assert.True(RhaiBindings.Table.Getter(name) is not null, name));
}
