using Parley.Sip.Invites;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

public class SessionTimerMachineTests
{
    private static readonly MachineTable s_table = new("""
        Off AgreedLocal -> Refresher Stop RefreshAtHalf
        Off AgreedRemote -> Watcher Stop WatchExpiry
        Off AgreedNone -> Off Stop
        Off Ended -> Off Stop
        Refresher AgreedLocal -> Refresher Stop RefreshAtHalf
        Refresher AgreedRemote -> Watcher Stop WatchExpiry
        Refresher AgreedNone -> Off Stop
        Refresher RefreshDue -> Refreshing Refresh WatchExpiry
        Refresher Expired -> Off Stop HangUp
        Refresher Ended -> Off Stop
        Refreshing AgreedLocal -> Refresher Stop RefreshAtHalf
        Refreshing AgreedRemote -> Watcher Stop WatchExpiry
        Refreshing AgreedNone -> Off Stop
        Refreshing Refused -> Refresher RefreshLater
        Refreshing Expired -> Off Stop HangUp
        Refreshing Ended -> Off Stop
        Watcher AgreedLocal -> Refresher Stop RefreshAtHalf
        Watcher AgreedRemote -> Watcher Stop WatchExpiry
        Watcher AgreedNone -> Off Stop
        Watcher Expired -> Off Stop HangUp
        Watcher Ended -> Off Stop
        """);

    public static TheoryData<string, string> EveryPair()
    {
        var data = new TheoryData<string, string>();
        foreach (var state in Enum.GetNames<SessionTimerState>())
        {
            foreach (var input in Enum.GetNames<SessionTimerInput>())
                data.Add(state, input);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryPair))]
    public void Every_state_and_input(string state, string input)
    {
        var (next, effects) = SessionTimerMachine.Next(Enum.Parse<SessionTimerState>(state), Enum.Parse<SessionTimerInput>(input));
        var actual = MachineTable.Canonical(next.ToString(), effects.ToString().Split(", "));
        Assert.Equal(s_table.Expected(state, input, reliable: false), actual);
    }

    /// <summary>RFC 4028 §9, table 2, and what comes before it.</summary>
    [Theory]
    // asked, refresher, Min-SE, supported, our wish, our refresher -> seconds, refresher
    [InlineData(1800, "Open", 0, false, 0, "Any", 1800, "Uas")]
    [InlineData(1800, "Open", 0, true, 0, "Any", 1800, "Uac")]
    [InlineData(1800, "Open", 0, true, 0, "Local", 1800, "Uas")]
    [InlineData(1800, "Open", 0, true, 0, "Remote", 1800, "Uac")]
    [InlineData(1800, "Uac", 0, true, 0, "Local", 1800, "Uac")]
    [InlineData(1800, "Uas", 0, true, 0, "Remote", 1800, "Uas")]
    [InlineData(1800, "Open", 0, true, 600, "Any", 600, "Uac")]
    [InlineData(1800, "Open", 900, true, 600, "Any", 900, "Uac")]
    [InlineData(600, "Open", 0, true, 1800, "Any", 600, "Uac")]
    [InlineData(60, "Open", 0, false, 0, "Any", 0, "Open")]
    [InlineData(0, "Open", 0, true, 0, "Any", 0, "Open")]
    [InlineData(0, "Open", 0, true, 1800, "Any", 1800, "Uas")]
    [InlineData(0, "Open", 0, true, 1800, "Remote", 1800, "Uac")]
    [InlineData(0, "Open", 3600, true, 1800, "Any", 3600, "Uas")]
    [InlineData(0, "Open", 0, false, 1800, "Remote", 1800, "Uas")]
    public void What_the_answering_side_says(
        int asked, string refresher, int minimum, bool supported, int wish, string wanted, int seconds, string role)
    {
        var options = new SessionTimerOptions
        {
            Interval = wish == 0 ? null : TimeSpan.FromSeconds(wish),
            Refresher = Enum.Parse<SessionRefresher>(wanted),
        };
        var agreement = SessionTimerAgreement.Answer(new SessionExpires(asked, Enum.Parse<RefresherRole>(refresher)), minimum, supported, options);
        Assert.Equal(new SessionTimerAgreement(seconds, Enum.Parse<RefresherRole>(role)), agreement);
    }

    /// <summary>RFC 4028 §7.2.</summary>
    [Theory]
    [InlineData(1800, "Uac", 0, "Open", 1800, "Uac")]
    [InlineData(1800, "Uas", 3600, "Uac", 1800, "Uas")]
    [InlineData(1800, "Open", 0, "Open", 1800, "Uac")]
    [InlineData(1, "Uac", 0, "Open", 30, "Uac")]
    [InlineData(0, "Open", 0, "Open", 0, "Open")]
    [InlineData(0, "Open", 1800, "Open", 1800, "Uac")]
    [InlineData(0, "Open", 1800, "Uas", 0, "Open")]
    public void What_the_requesting_side_takes(int answered, string refresher, int asked, string askedRole, int seconds, string role)
    {
        var agreement = SessionTimerAgreement.Take(
            new SessionExpires(answered, Enum.Parse<RefresherRole>(refresher)), new SessionExpires(asked, Enum.Parse<RefresherRole>(askedRole)));
        Assert.Equal(new SessionTimerAgreement(seconds, Enum.Parse<RefresherRole>(role)), agreement);
    }

    [Theory]
    [InlineData("1800", 1800, "Open")]
    [InlineData("1800;refresher=uac", 1800, "Uac")]
    [InlineData("1800 ; x=y ; Refresher = UAS", 1800, "Uas")]
    [InlineData("1800;refresher=me", 1800, "Open")]
    [InlineData("99999999999", 0, "Open")]
    [InlineData("4294967295", int.MaxValue, "Open")]
    [InlineData("0", 0, "Open")]
    [InlineData("soon", 0, "Open")]
    public void A_Session_Expires_is_read(string value, int seconds, string role)
    {
        var message = TestDialogs.Parse(Responses.With(Wire.Request(), $"x: {value}"));
        Assert.Equal(new SessionExpires(seconds, Enum.Parse<RefresherRole>(role)), SessionExpires.Of(message));
    }
}
