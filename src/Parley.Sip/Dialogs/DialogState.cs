namespace Parley.Sip.Dialogs;

/// <summary>Where a dialog is in its life (RFC 3261 §12).</summary>
public enum DialogState : byte
{
    /// <summary>Made by a provisional response with a To tag.</summary>
    Early,

    /// <summary>Made or confirmed by a 2xx.</summary>
    Confirmed,

    /// <summary>Over; requests for it are answered 481.</summary>
    Terminated,
}
