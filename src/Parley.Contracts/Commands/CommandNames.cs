namespace Parley.Contracts.Commands;

/// <summary>The methods of the call API.</summary>
public static class CommandNames
{
    /// <summary>Connects two parties.</summary>
    public const string CallStart = "CallStart";

    /// <summary>Connects a party with somebody new.</summary>
    public const string CallBlindTransfer = "CallBlindTransfer";

    /// <summary>Connects parties of two calls.</summary>
    public const string CallAttendedTransfer = "CallAttendedTransfer";

    /// <summary>Puts one party or both on hold.</summary>
    public const string CallHold = "CallHold";

    /// <summary>Takes them off hold. Also understood as <c>CallUnhold</c>.</summary>
    public const string CallUnHold = "CallUnHold";

    /// <summary>Hangs up.</summary>
    public const string CallEnd = "CallEnd";

    /// <summary>Tells of all calls from now on.</summary>
    public const string Subscribe = "Subscribe";

    /// <summary>Ends that.</summary>
    public const string Unsubscribe = "Unsubscribe";

    /// <summary>All calls there are.</summary>
    public const string CallList = "CallList";

    /// <summary>One call.</summary>
    public const string CallGet = "CallGet";

    /// <summary>Plays to a call.</summary>
    public const string CallPlay = "CallPlay";

    /// <summary>Ends playing and recording.</summary>
    public const string CallStop = "CallStop";

    /// <summary>Records a call.</summary>
    public const string CallRecord = "CallRecord";

    /// <summary>Presses keys.</summary>
    public const string CallDtmf = "CallDtmf";

    /// <summary>Connects parties of two calls without asking their phones.</summary>
    public const string CallBridge = "CallBridge";

    /// <summary>Refuses a call that has come in.</summary>
    public const string CallReject = "CallReject";

    /// <summary>Answers a call that has come in.</summary>
    public const string CallAnswer = "CallAnswer";

    /// <summary>Sends a call that has come in elsewhere.</summary>
    public const string CallRedirect = "CallRedirect";

    /// <summary>Says back what it is told.</summary>
    public const string Echo = "Echo";
}
