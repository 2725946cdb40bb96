namespace Parley.Speech.Vendors;

/// <summary>What went wrong with a vendor.</summary>
public enum VendorFailure
{
    /// <summary>It cannot be reached, or says that it cannot serve.</summary>
    Unavailable,

    /// <summary>It refuses the key, the signature or the account: asking again will not help.</summary>
    Refused,

    /// <summary>Too many requests (429, or the vendor's own code for it).</summary>
    RateLimited,

    /// <summary>It closed the connection before it was done.</summary>
    Closed,

    /// <summary>It said nothing for too long.</summary>
    Timeout,

    /// <summary>What it said makes no sense, or it refuses what was asked.</summary>
    Protocol,
}

/// <summary>A vendor of speech failed. The message names vendor and reason, and never holds a key.</summary>
public sealed class SpeechVendorException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="vendor">Name of the vendor.</param>
    /// <param name="failure">What went wrong.</param>
    /// <param name="message">Why, without secrets.</param>
    /// <param name="code">The vendor's or HTTP's number for it.</param>
    /// <param name="inner">What was thrown below.</param>
    public SpeechVendorException(string vendor, VendorFailure failure, string message, int? code = null, Exception? inner = null)
        : base($"{vendor}: {message}", inner)
    {
        Vendor = vendor;
        Failure = failure;
        Code = code;
    }

    /// <summary>Makes one without a vendor.</summary>
    public SpeechVendorException()
        : this("unknown", VendorFailure.Protocol, "failed")
    {
    }

    /// <summary>Makes one without a vendor.</summary>
    /// <param name="message">Why.</param>
    public SpeechVendorException(string message)
        : this("unknown", VendorFailure.Protocol, message)
    {
    }

    /// <summary>Makes one without a vendor.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">What was thrown below.</param>
    public SpeechVendorException(string message, Exception innerException)
        : this("unknown", VendorFailure.Protocol, message, null, innerException)
    {
    }

    /// <summary>Name of the vendor.</summary>
    public string Vendor { get; }

    /// <summary>What went wrong.</summary>
    public VendorFailure Failure { get; }

    /// <summary>The vendor's or HTTP's number for it; null when there is none.</summary>
    public int? Code { get; }
}
