namespace Parley.Interop.Tests.Flows;

/// <summary>What applications do with the dialog API when they are called, as SIPp sees it: one flow a file, in tests/peers/sipp/flows.</summary>
public sealed class CallerFlows
{
    public static TheoryData<string> Names => Flow.In("dialogs", "uac");

    [Theory]
    [MemberData(nameof(Names))]
    public Task Somebody_calls(string name) => FlowRun.PlayAsync("dialogs", name);
}

/// <summary>What applications do with the dialog API when they call.</summary>
public sealed class CalleeFlows
{
    public static TheoryData<string> Names => Flow.In("dialogs", "uas");

    [Theory]
    [MemberData(nameof(Names))]
    public Task Somebody_is_called(string name) => FlowRun.PlayAsync("dialogs", name);
}

/// <summary>RFC 3665, Basic Call Flow Examples.</summary>
public sealed class BasicFlows
{
    public static TheoryData<string> Names => Flow.In("rfc3665");

    [Theory]
    [MemberData(nameof(Names))]
    public Task Flow_of_RFC_3665(string name) => FlowRun.PlayAsync("rfc3665", name);
}

/// <summary>RFC 5359, Service Examples.</summary>
public sealed class ServiceFlows
{
    public static TheoryData<string> Names => Flow.In("rfc5359");

    [Theory]
    [MemberData(nameof(Names))]
    public Task Flow_of_RFC_5359(string name) => FlowRun.PlayAsync("rfc5359", name);
}

/// <summary>RFC 5407, Example Call Flows of Race Conditions.</summary>
public sealed class RaceFlows
{
    public static TheoryData<string> Names => Flow.In("rfc5407");

    [Theory]
    [MemberData(nameof(Names))]
    public Task Flow_of_RFC_5407(string name) => FlowRun.PlayAsync("rfc5407", name);
}
