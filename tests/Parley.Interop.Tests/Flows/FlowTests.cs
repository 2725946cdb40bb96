namespace Parley.Interop.Tests.Flows;

/// <summary>What an application asks of the dialog API, as SIPp sees it: one flow a file, in tests/peers/sipp/flows/dialogs.</summary>
public sealed class DialogFlows
{
    public static TheoryData<string> Names => Flow.In("dialogs");

    [Theory]
    [MemberData(nameof(Names))]
    public Task Flow_of_the_dialog_api(string name) => FlowRun.PlayAsync("dialogs", name);
}
